// What may be done with a transfer: as its state, its owner and the caller's roles have it.
//
// The API decides. Grants may have changed since, so that a button that is there can be refused.

const SENDERS = ["user", "operator", "admin"];
const PAUSABLE = new Set(["requested", "moving"]);
const CANCELLABLE = new Set(["requested", "moving", "paused", "verifying"]);

/**
 * @param {{status: string, owner: string}} shown
 * @param {{user: string, roles: string[]} | null} me
 * @returns {("pause" | "resume" | "cancel" | "retry")[]} in the order in which they are shown
 */
export function actionsFor(shown, me) {
  if (!me) return [];
  const own = shown.owner === me.user;
  if (!own && !me.roles.includes("operator")) return [];
  const moveAgain = !own || maySend(me); // bytes would move again
  const all = {
    pause: PAUSABLE.has(shown.status),
    resume: shown.status === "paused" && moveAgain,
    retry: shown.status === "failed" && moveAgain,
    cancel: CANCELLABLE.has(shown.status),
  };
  return Object.keys(all).filter((each) => all[each]);
}

/** @param {{roles: string[]} | null} me */
export function maySend(me) {
  return SENDERS.some((role) => me?.roles.includes(role));
}
