// Whether somebody may send files, and whether files can be sent to a partner.

/** Who may start transfers, as far as roles decide it. */
export function maySend(roles) {
  return roles.some((role) => ["user", "operator", "admin"].includes(role));
}

/** Whether it is settled what has to prove the server: a pinned key, a public authority, or nothing. */
export function isConfirmed(destination) {
  return destination.host_keys.length > 0 || ["public_authority", "nothing"].includes(destination.proved_by);
}

/**
 * Whether files can be sent to a destination.
 * @returns {{can: boolean, short: string, why: string}} `short` for a list, `why` with whom to ask
 */
export function readiness(destination, me) {
  const admin = (me?.roles ?? []).includes("admin");
  const whom = admin ? "You can do that on the partner's page." : "Ask an admin.";
  const granted = me?.grants?.destinations ?? [];
  if (!granted.includes("*") && !granted.includes(destination.id)) {
    const grant = admin ? "Give yourself one under Users." : "Ask an admin for one.";
    return { can: false, short: "no grant", why: `You have no grant to send to this partner. ${grant}` };
  }
  if (!destination.has_password && !destination.has_key) {
    return { can: false, short: "no credential", why: `No password or key is stored for this partner. ${whom}` };
  }
  if (!isConfirmed(destination)) {
    return { can: false, short: "host key not confirmed", why: `The host key of this partner's server is not confirmed. ${whom}` };
  }
  if (!destination.profile) {
    const untested = "It was never tested, so what its server can do is not known: files go in one lane.";
    return { can: true, short: "not tested yet", why: untested };
  }
  return { can: true, short: "", why: "" };
}
