// What may be done with a transfer: as far as its state allows, and as far as the caller may.
//
// The service decides. This only says which buttons make sense.

/** In the order of their buttons. `running`, `done`: of a bulk action. */
export const ACTIONS = [
  { key: "pause", icon: "pause", text: "Pause", running: "Pausing", done: "paused" },
  { key: "resume", icon: "resume", text: "Resume", running: "Resuming", done: "resumed" },
  { key: "retry", icon: "retry", text: "Retry", running: "Retrying", done: "retried" },
  { key: "cancel", icon: "cancel", text: "Cancel", running: "Cancelling", done: "being cancelled" },
];

const STATES = {
  pause: new Set(["requested", "moving"]),
  resume: new Set(["paused"]),
  retry: new Set(["failed"]),
  cancel: new Set(["requested", "moving", "paused", "verifying"]),
};
const SENDERS = ["user", "operator", "admin"]; // bytes move again: an auditor has no right to send

export function actionOf(key) {
  return ACTIONS.find((each) => each.key === key);
}

/**
 * @param {string} action
 * @param {import("../../live/shown.js").Shown} shown
 * @param {{user: string, roles: string[]} | null} me
 */
export function mayDo(action, shown, me) {
  if (!me || !STATES[action].has(shown.status)) return false;
  if (shown.owner !== me.user) return me.roles.includes("operator");
  const movesBytes = action === "resume" || action === "retry";
  return !movesBytes || me.roles.some((role) => SENDERS.includes(role));
}
