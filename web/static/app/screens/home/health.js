// How each partner has been doing: the last 30 days, and now.

import { tabOf } from "../../transfers/standing.js";

export const DAYS = 30;

/**
 * @param {{day: string, destination_id: string, completed: number, failed: number,
 *   reasons: {code: string, count: number}[]}[]} statistics by the day
 * @param {Iterable<object>} rows the live list
 * @param {{id: string, name: string}[]} destinations that the caller may see
 * @returns {{id: string, name: string, completed: number, failed: number, success: number | null,
 *   lastFailure: string | null, reason: string | null, moving: number, trouble: number}[]}
 *   `success` from 0 to 1 of those that completed or failed; null where none did. `lastFailure`: a
 *   day. Those with trouble or failures come first.
 */
export function healthOf(statistics, rows, destinations, now) {
  const found = new Map(destinations.map(({ id, name }) => [id, blank(id, name)]));
  const of = (id, name) => {
    if (!found.has(id)) found.set(id, blank(id, name ?? id));
    return found.get(id);
  };
  for (const row of statistics) addDay(of(row.destination_id), row);
  for (const shown of rows) {
    const tab = tabOf(shown, now);
    if (shown.status === "moving" && tab === "active") of(shown.destination.id, shown.destination.name).moving += 1;
    if (tab === "attention" && shown.status !== "failed") of(shown.destination.id, shown.destination.name).trouble += 1;
  }
  return [...found.values()].map(judged).sort(worstFirst);
}

function blank(id, name) {
  return { id, name, completed: 0, failed: 0, lastFailure: null, reasons: new Map(), moving: 0, trouble: 0 };
}

function addDay(partner, row) {
  partner.completed += row.completed;
  partner.failed += row.failed;
  if (row.failed > 0 && (partner.lastFailure ?? "") < row.day) partner.lastFailure = row.day;
  for (const { code, count } of row.reasons) {
    partner.reasons.set(code, (partner.reasons.get(code) ?? 0) + count);
  }
}

function judged({ reasons, ...partner }) {
  const ended = partner.completed + partner.failed;
  const [most] = [...reasons].sort((one, other) => other[1] - one[1]);
  return { ...partner, success: ended ? partner.completed / ended : null, reason: most?.[0] ?? null };
}

function worstFirst(one, other) {
  return (
    other.trouble - one.trouble ||
    (one.success ?? 2) - (other.success ?? 2) ||
    other.completed - one.completed ||
    (one.name < other.name ? -1 : 1)
  );
}

/** "98.7 %": 100 is said only where nothing failed, and 0 where nothing was delivered. */
export function successText(success) {
  if (success === null) return "-";
  if (success === 0 || success === 1) return `${success * 100} %`;
  return `${Math.min(99.9, Math.max(0.1, Math.floor(success * 1_000) / 10)).toFixed(1)} %`;
}
