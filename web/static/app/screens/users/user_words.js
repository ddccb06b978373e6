// Users' forms as requests. Needs no page.

export const ROLES = [
  ["user", "user", "Sends files as far as grants allow, and sees their own transfers."],
  ["operator", "operator", "Sees and steers everybody's transfers, and makes shared channels."],
  ["auditor", "auditor", "Sees everything and changes nothing."],
  ["admin", "admin", "Registers destinations, users and grants."],
];

/** Lines such as "s3://bucket/prefix", "bucket/prefix" or "*" as grants. */
export function sourcesOf(text) {
  return lines(text).map((line) => {
    const rest = line.replace(/^s3:\/\//, "");
    const slash = rest.indexOf("/");
    if (slash < 0) return { bucket: rest, prefix: "" };
    return { bucket: rest.slice(0, slash), prefix: rest.slice(slash + 1) };
  });
}

function sourceLines(sources) {
  return sources.map(({ bucket, prefix }) => (bucket === "*" && !prefix ? "*" : `${bucket}/${prefix}`)).join("\n");
}

export function destinationsOf(text) {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** A line may end in blanks that belong to its prefix, so only line ends are taken off. */
function lines(text) {
  return text.split(/\r?\n/).filter((line) => line.trim());
}

/** What has changed between a user and the form, as UserPatch; null when nothing has. */
export function patchOf(user, form) {
  const patch = {};
  if (form.name.trim() !== user.name) patch.name = form.name.trim();
  if (form.email.trim() !== (user.email ?? "")) {
    if (form.email.trim()) patch.email = form.email.trim();
    else patch.no_email = true;
  }
  if (!same([...form.roles].sort(), [...user.roles].sort())) patch.roles = form.roles;
  const grants = { sources: sourcesOf(form.sources), destinations: destinationsOf(form.destinations) };
  if (!same(grants.sources, user.grants.sources.map(plain)) || !same(grants.destinations, user.grants.destinations)) {
    patch.grants = grants;
  }
  if (form.password) patch.password = form.password;
  return Object.keys(patch).length ? patch : null;
}

function plain({ bucket, prefix }) {
  return { bucket, prefix: prefix ?? "" };
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function formOf(user) {
  return {
    user: user?.user ?? "",
    name: user?.name ?? "",
    email: user?.email ?? "",
    roles: user?.roles ?? ["user"],
    password: "",
    sources: sourceLines(user?.grants.sources ?? []),
    destinations: (user?.grants.destinations ?? []).join(", "),
  };
}

/** The form of a new user as UserRequest. */
export function requestOf(form) {
  return {
    user: form.user.trim(),
    name: form.name.trim(),
    roles: form.roles,
    grants: { sources: sourcesOf(form.sources), destinations: destinationsOf(form.destinations) },
    ...(form.email.trim() && { email: form.email.trim() }),
    ...(form.password && { password: form.password }),
  };
}
