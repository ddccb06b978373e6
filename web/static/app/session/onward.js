// Where to go on after the login.

/**
 * An address within the console, never one that somebody put into a link.
 * @param {URLSearchParams} query of the login's address
 * @param {string} origin
 */
export function onward(query, origin) {
  const to = query.get("to") ?? "/";
  const target = to.startsWith("/") ? addressOf(to, origin) : null;
  if (target?.origin !== origin || target.pathname === "/sign-in") return "/";
  return target.pathname.startsWith("//") ? "/" : target.pathname + target.search; // "//" begins a host
}

function addressOf(to, origin) {
  try {
    return new URL(to, origin);
  } catch {
    return null; // as "//"
  }
}
