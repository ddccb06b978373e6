// What the history's address says, and the API's query for it.

export const ACTIVE = ["requested", "moving", "paused", "verifying", "committing", "failing", "cancelling"];
export const ENDED = ["completed", "failed", "cancelled"];

/** Parameters that are the API's own, by the same names. */
const SAME = ["destination", "bucket", "prefix", "reason", "label", "from", "until"];
const ALL = [...SAME, "state", "status", "owner", "order"];
export const TABS = [
  { key: "history", text: "Transfers", href: "/history" },
  { key: "analytics", text: "Analytics", href: "/analytics" },
];
export const MINE = "mine";
export const EVERYBODY = "*";

/** Whose transfers are shown: `MINE`, `EVERYBODY` or a user's name. */
export function ownerOf(params, seesAll) {
  if (!seesAll) return MINE;
  return params.get("owner") || EVERYBODY;
}

/**
 * The API's query. What the API would not know is left out, so that an old link works.
 * @param {URLSearchParams} params
 * @param {boolean} seesAll whether the caller may see what is others'
 */
export function queryOf(params, seesAll) {
  const query = Object.fromEntries(SAME.map((name) => [name, params.get(name) || null]));
  if (!query.bucket) query.prefix = null; // the API wants its bucket
  const [state, status] = [params.get("state"), params.get("status")];
  if ([...ACTIVE, ...ENDED].includes(status)) query.status = status;
  else if (state === "active") query.state = "active";
  else if (state !== "all") query.state = "ended"; // as `fileferry history` does
  if (params.get("order") === "oldest") query.order = "oldest";
  const owner = ownerOf(params, seesAll);
  if (owner !== MINE) query.owner = owner;
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== null));
}

/** How many conditions narrow the list. That it is one's own does not count, nor its order. */
export function conditionsIn(params) {
  const owner = params.get("owner");
  const isOfSomebody = owner && ![MINE, EVERYBODY].includes(owner);
  const others = ALL.filter((name) => !["owner", "order"].includes(name) && params.get(name)).length;
  return others + (isOfSomebody ? 1 : 0);
}

/** Changes of the address that take all conditions away. */
export function noConditions() {
  return Object.fromEntries(ALL.filter((name) => name !== "order").map((name) => [name, null]));
}
