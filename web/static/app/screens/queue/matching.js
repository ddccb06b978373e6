// Which rows a tab shows, and in which order: filters, search, sort.

import { lastPart } from "../../format/names.js";
import { reasonOf, tabOf } from "../../transfers/standing.js";

/** [value in the address, text, comparison of two `facts`] */
export const SORTS = [
  ["newest", "Newest first", (one, other) => other.at - one.at],
  ["oldest", "Oldest first", (one, other) => one.at - other.at],
  ["ended", "Ended last first", (one, other) => other.endedAt - one.endedAt],
  ["name", "Name", (one, other) => text(one.name, other.name)],
  ["largest", "Largest first", (one, other) => other.size - one.size],
  ["destination", "Destination", (one, other) => text(one.destination, other.destination)],
  ["owner", "Who asked", (one, other) => text(one.owner, other.owner)],
];

/**
 * @typedef {{tab: string, q: string, destination: string | null, owner: string | null,
 *   reason: string | null, sort: string}} Wish
 * @param {URLSearchParams} query
 * @returns {Wish}
 */
export function wishOf(query) {
  const tab = query.get("tab");
  const sort = query.get("sort");
  return {
    tab: ["waiting", "attention", "done"].includes(tab) ? tab : "active",
    q: (query.get("q") ?? "").slice(0, 200),
    destination: query.get("destination"),
    owner: query.get("owner"),
    reason: query.get("reason"),
    sort: SORTS.some(([key]) => key === sort) ? sort : tab === "done" ? "ended" : "newest",
  };
}

const known = new WeakMap(); // Shown -> what it is sorted and found by; a Shown never changes

function factsOf(shown) {
  let facts = known.get(shown);
  if (!facts) {
    const { source, destination, label, owner, id } = shown;
    facts = {
      id,
      at: Date.parse(shown.requested_at),
      endedAt: Date.parse(shown.finished_at ?? shown.requested_at),
      name: counting(lastPart(source.key)),
      size: shown.size_bytes ?? -1,
      destination: counting(destination.name ?? destination.id),
      owner: owner.toLowerCase(),
      words: plain(
        [source.bucket, source.key, shown.target_path, label ?? "", id, destination.id, destination.name ?? ""]
          .join("\n"),
      ),
    };
    known.set(shown, facts);
  }
  return facts;
}

function plain(words) {
  return words.normalize("NFC").toLowerCase();
}

/** "part 9" stands before "part 10". */
function counting(name) {
  return plain(name).replace(/\d+/g, (digits) => digits.padStart(16, "0"));
}

function text(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * @param {Iterable<import("../../live/shown.js").Shown>} rows
 * @param {Wish} wish
 * @param {Date | null} now see `tabOf`
 * @returns {{ids: string[], counts: Record<string, number>, inTab: Shown[]}} `ids` in order; `counts`
 *   of all tabs without the filters; `inTab`: what the filters of this tab choose from
 */
export function listed(rows, wish, now) {
  const counts = { active: 0, waiting: 0, attention: 0, done: 0 };
  const inTab = [];
  for (const shown of rows) {
    const tab = tabOf(shown, now);
    counts[tab] += 1;
    if (tab === wish.tab) inTab.push(shown);
  }
  const words = plain(wish.q).split(/\s+/).filter(Boolean);
  const found = inTab.filter((shown) => matches(shown, wish, words, now)).map(factsOf);
  const [, , compare] = SORTS.find(([key]) => key === wish.sort);
  found.sort((one, other) => compare(one, other) || text(one.id, other.id));
  return { ids: found.map(({ id }) => id), counts, inTab };
}

function matches(shown, { destination, owner, reason }, words, now) {
  if (destination && shown.destination.id !== destination) return false;
  if (owner && shown.owner !== owner) return false;
  if (reason && reasonOf(shown, now) !== reason) return false;
  return words.every((word) => factsOf(shown).words.includes(word));
}

/** What the filters offer: each value that occurs with its number, the most frequent first. */
export function choices(rows, valueOf) {
  const numbers = new Map();
  for (const shown of rows) {
    const value = valueOf(shown);
    if (value !== null) numbers.set(value, (numbers.get(value) ?? 0) + 1);
  }
  return [...numbers].sort((one, other) => other[1] - one[1] || text(one[0], other[0]));
}
