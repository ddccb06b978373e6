// The form of a partner: what it holds, what it asks of the API, and what a change brings with it.

const TEXTS = ["id", "name", "host", "user", "base_path", "delivery", "probe_name"];
const NUMBERS = ["port", "max_sessions"];
const FLAGS = ["create_folders", "probe_writes"];
const SECRETS = ["password", "private_key", "passphrase"];
/** How the connection begins, and what that is in the API. */
export const WAYS = Object.freeze({
  sftp: { protocol: "sftp", port: "22" },
  ftps: { protocol: "ftps", tls: "explicit", port: "21" },
  "ftps-implicit": { protocol: "ftps", tls: "implicit", port: "990" },
  ftp: { protocol: "ftp", port: "21" },
});
export const NO_SECRETS = Object.freeze({ password: "", private_key: "", passphrase: "" });

/** Everything is text as typed, but the flags. */
export const EMPTY = Object.freeze({
  way: "sftp",
  accepts_unencrypted_login: false,
  id: "",
  name: "",
  host: "",
  port: "22",
  user: "",
  base_path: "/",
  max_sessions: "4",
  delivery: "atomic",
  create_folders: false,
  probe_writes: true,
  probe_name: "",
  host_keys: "",
  ...NO_SECRETS,
});

/** @param {object} view DestinationView */
export function formOf(view) {
  return {
    ...EMPTY,
    ...Object.fromEntries([...TEXTS, ...FLAGS].map((name) => [name, view[name] ?? EMPTY[name]])),
    ...Object.fromEntries(NUMBERS.map((name) => [name, String(view[name])])),
    way: view.tls === "implicit" ? "ftps-implicit" : (view.protocol ?? "sftp"),
    host_keys: view.host_keys.map((each) => each.key).join("\n"),
  };
}

/** What can be seen to be wrong before anything is sent: {field: sentence}. `view`: of a change */
export function wrongFields(form, view = null) {
  const wrong = {};
  for (const name of NUMBERS) if (!/^\d+$/.test(form[name].trim())) wrong[name] = "Write a whole number.";
  if (!view && form.way === "ftp" && !form.accepts_unencrypted_login) {
    wrong.accepts_unencrypted_login = "Without TLS anybody on the way can read the password and the files. Say that this is accepted, or choose FTPS.";
  }
  if (form.passphrase && !form.private_key) wrong.passphrase = "A passphrase comes with the private key that it opens.";
  if (view?.probe_name && !form.probe_name.trim()) wrong.probe_name = "It can be changed, but not be taken away.";
  return wrong;
}

/** What choosing another way changes. A port that was typed stays. */
export function wayChanges(form, way) {
  const usual = form.port === WAYS[form.way].port;
  return { way, accepts_unencrypted_login: false, ...(usual && { port: WAYS[way].port }) };
}

/** The body of POST /api/destinations. */
export function requestOf(form) {
  const { protocol, tls } = WAYS[form.way];
  const said = { protocol, ...(tls && { tls }), ...(protocol === "ftp" && { accepts_unencrypted_login: true }) };
  const secrets = secretsOf(protocol === "sftp" ? form : { password: form.password });
  return { ...said, ...valuesOf(form), ...secrets };
}

/** The body of PATCH: what differs from `view`, and the secrets that were typed. Null: nothing. */
export function patchOf(view, form) {
  const before = valuesOf(formOf(view));
  const now = valuesOf(form);
  const changed = Object.keys(now).filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  const patch = { ...Object.fromEntries(changed.map((name) => [name, now[name]])), ...secretsOf(form) };
  return Object.keys(patch).length ? patch : null;
}

function valuesOf(form) {
  const values = { id: form.id.trim(), name: form.name.trim() || form.id.trim(), host: form.host.trim(), user: form.user };
  for (const name of NUMBERS) values[name] = Number(form[name]);
  for (const name of FLAGS) values[name] = form[name];
  values.base_path = form.base_path;
  values.delivery = form.delivery;
  if (form.probe_name.trim()) values.probe_name = form.probe_name.trim();
  values.host_keys = form.host_keys.split("\n").map((line) => line.trim()).filter(Boolean);
  return values;
}

/** A password may begin or end with a blank, so secrets are sent as they were typed. */
function secretsOf(form) {
  return Object.fromEntries(SECRETS.filter((name) => form[name]).map((name) => [name, form[name]]));
}

/** What a change brings with it, as sentences. */
export function effects(view, patch) {
  const said = [];
  const has = (...names) => names.some((name) => name in (patch ?? {}));
  const stored = view.has_password || view.has_key;
  if (has("host", "port", "user") && !has("password", "private_key") && stored) {
    said.push("The stored credential is dropped, because it belongs to the login that changes. Give it again, or nothing can be sent.");
  }
  if (has("password", "private_key") && stored) {
    const kept = view.has_password && view.has_key && !(has("password") && has("private_key"));
    said.push(kept ? "Password and key are one credential: what you do not give again is dropped." : "The stored credential is replaced.");
  }
  if (has("host", "port") && !has("host_keys") && view.host_keys.length > 0) {
    said.push("The confirmed host keys are dropped, because they belong to the server that changes. Nothing can be sent until one is confirmed.");
  }
  if (has("host", "port", "user", "base_path") && view.profile) {
    said.push("What the test found is dropped. Test it again afterwards.");
  }
  if (has("host", "port", "user", "base_path")) {
    said.push("It is refused while transfers to this partner are under way.");
  }
  return said;
}
