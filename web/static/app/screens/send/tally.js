// How many of several requests went how, and what is still to be done.

/** @param {import("./requests.js").Outcome[]} outcomes */
export function tally(outcomes) {
  const number = { sent: 0, refused: 0, unknown: 0, left: 0 };
  for (const { state } of outcomes) number[state] += 1;
  return number;
}

/** Keys that were not accepted, in their order. */
export function rest(outcomes) {
  return outcomes.filter(({ state }) => state !== "sent").map(({ key }) => key);
}

/** Outcomes of a second try take the place of the first ones. What was sent stays listed. */
export function merged(before, now) {
  return [...before.filter(({ state }) => state === "sent"), ...now];
}

/** What servers make of the names, and what is not promised there: each sentence of all that were accepted, once. */
export function warnings(outcomes) {
  return [...new Set(outcomes.flatMap(({ transfer }) => [...(transfer?.warnings ?? []), ...(transfer?.cautions ?? [])]))];
}
