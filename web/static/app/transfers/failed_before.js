// Failed transfers that the live list does not hold: it keeps an end for an hour, and 200 at most.

import { listDestinations } from "../api/destinations.js";
import { fromRest } from "../live/shown.js";

export const DAYS = 7;
export const MOST = 1_000;
const MOST_PAGES = 8; // a page may hold none and yet not be the last one
const DAY_MS = 86_400_000;

/**
 * @param {{get: Function}} api
 * @param {"mine" | "all"} scope
 * @param {Date} now
 * @returns {Promise<{scope: string, rows: import("../live/shown.js").Shown[], complete: boolean, since: string}>}
 *   those asked for since then; not `complete`: the newest MOST of them
 */
export async function failedBefore(api, scope, now, signal) {
  const since = new Date(now - DAYS * DAY_MS).toISOString();
  const query = { status: "failed", from: since, owner: scope === "all" ? "*" : null, limit: 1_000 };
  const rows = [];
  let cursor = null;
  let read = 0;
  do {
    const page = await api.get("/api/transfer", { query: { ...query, cursor }, signal });
    rows.push(...page.transfers.map(fromRest).filter((each) => each?.status === "failed"));
    cursor = page.cursor === cursor ? null : page.cursor;
    read += 1;
  } while (cursor && rows.length < MOST && read < MOST_PAGES);
  const named = rows.length > 0 ? await withNames(api, rows.slice(0, MOST), signal) : rows;
  return { scope, rows: named, complete: !cursor && rows.length <= MOST, since };
}

/** A list of transfers tells only the ids of destinations. Without a name the id does as well. */
async function withNames(api, rows, signal) {
  const told = listDestinations(api, signal);
  const { items } = await told.catch(() => ({ items: [] }));
  const names = new Map(items.map(({ id, name, host }) => [id, { id, name, host }]));
  return rows.map((shown) => {
    const destination = names.get(shown.destination.id) ?? shown.destination;
    return Object.freeze({ ...shown, destination });
  });
}

/**
 * The live rows, and those failed before that the live list does not hold.
 *
 * @param {Map<string, object>} live
 * @param {object[]} failed
 * @param {Set<string>} over grows with the ids of those that the live list told to go on: a retried
 *   one that leaves the list later has not failed again. It belongs to this answer of `failed`.
 * @returns {Map<string, object>}
 */
export function together(live, failed, over) {
  const all = new Map(live);
  for (const shown of failed) {
    const now = live.get(shown.id);
    if (now && (now.status !== "failed" || now.run > shown.run)) over.add(shown.id);
    if (!now && !over.has(shown.id)) all.set(shown.id, shown);
  }
  return all;
}
