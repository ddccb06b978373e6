// What moves, what waits and what needs somebody: the live list in a few lines.

import { NO_SESSION, PAUSED, QUIET, TO_BEGIN, reasonOf, tabOf } from "../../transfers/standing.js";

const LARGEST = 4;

/**
 * @param {Iterable<object>} rows @param {(shown: object) => boolean} isStale
 * @returns {{moving: number, rate: number | null, unheard: number, ending: number, largest: object[]}}
 *   `rate`: bytes a second of those that were heard lately, null while none is known; `ending`: verified, committed, cancelled
 */
export function movingOf(rows, now, isStale) {
  const active = [...rows].filter((shown) => tabOf(shown, now) === "active");
  const moving = active.filter((shown) => shown.status === "moving");
  const heard = moving.filter((shown) => !isStale(shown));
  const isPaced = (shown) => shown.rate_bytes_per_second != null;
  const size = (shown) => shown.size_bytes ?? -1;
  return {
    moving: moving.length,
    rate: heard.some(isPaced) ? heard.filter(isPaced).reduce((sum, shown) => sum + shown.rate_bytes_per_second, 0) : null,
    unheard: moving.length - heard.length,
    ending: active.length - moving.length,
    largest: moving.sort((one, other) => size(other) - size(one) || (one.id < other.id ? -1 : 1)).slice(0, LARGEST),
  };
}

/**
 * @returns {{code: string, destination: {id: string, name?: string} | null, number: number}[]} those
 *   who wait for a session by their destination; the largest group first
 */
export function waitingOf(rows, now) {
  return grouped(rows, "waiting", now, (shown, code) => (code === NO_SESSION ? shown.destination : null));
}

/** The same of what needs attention, each reason once. */
export function attentionOf(rows, now) {
  return grouped(rows, "attention", now, () => null);
}

function grouped(rows, tab, now, destinationOf) {
  const groups = new Map();
  for (const shown of rows) {
    if (tabOf(shown, now) !== tab) continue;
    const code = reasonOf(shown, now) ?? "other";
    const destination = destinationOf(shown, code);
    const key = `${code} ${destination?.id ?? ""}`;
    const group = groups.get(key) ?? { code, destination, number: 0, failed: 0, partners: new Map() };
    group.number += 1;
    if (shown.status === "failed") group.failed += 1;
    group.partners.set(shown.destination.id, shown.destination.name ?? shown.destination.id);
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => other.number - one.number || (one.code < other.code ? -1 : 1));
}

/** "wait for a session with ACME" @param {string} name of the destination, as it is shown */
export function waitingText({ code, number }, name) {
  const one = number === 1;
  if (code === NO_SESSION) return `${one ? "waits" : "wait"} for a session with ${name}`;
  if (code === PAUSED) return `${one ? "is" : "are"} paused`;
  if (code === TO_BEGIN) return `${one ? "was" : "were"} not begun yet`;
  return code;
}

/** "failed", "in trouble, tried again by itself" */
export function attentionText({ code, number, failed }) {
  if (code === QUIET) return "not heard of for long";
  if (failed === number) return "failed";
  if (failed === 0) return "in trouble, and tried again";
  return `in trouble, ${failed} of them failed`;
}
