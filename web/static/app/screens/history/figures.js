// Figures of a period, from the service's rows of days and destinations.

import { dayBefore, daysBetween, isDate } from "./moments.js";

const APART = 5; // destinations with a series of their own; the rest is one
const MOST_DAYS = 400; // as many as the API answers
export const PERIODS = [7, 30, 90];
const USUAL = 30;

/**
 * The first and the last day that the address asks for, both included. Never after today.
 * @returns {{first: string, until: string, isToday: boolean, days: number | null}} `days`: null for
 * a period of one's own. `isToday`: whether it ends today
 */
export function periodOf(params, today) {
  const [from, to] = [params.get("from"), params.get("until")];
  if (isDate(from) && isDate(to) && from <= to && from <= today) {
    const until = to < today ? to : today;
    const earliest = dayBefore(until, MOST_DAYS - 1);
    return { first: from > earliest ? from : earliest, until, isToday: until === today, days: null };
  }
  const asked = Number(params.get("days"));
  const days = PERIODS.includes(asked) ? asked : USUAL;
  return { first: dayBefore(today, days - 1), until: today, isToday: true, days };
}

/**
 * One value for each day of the period. Null: not known, or nothing ended of which it could be.
 * @param {{counted_since: string | null, rows: object[]}} view of GET /api/statistics by the day
 */
export function figuresOf(view, { first, until }) {
  const days = daysBetween(first, until);
  const place = new Map(days.map((day, at) => [day, at]));
  const rows = view.rows.filter((row) => place.has(row.day));
  const seen = new Set(rows.map((row) => row.day));
  // A day of the user's may begin before the UTC day since which is counted.
  const known = days.map((day) => seen.has(day) || (view.counted_since !== null && day >= view.counted_since));
  const sum = (name, of = rows) => {
    const sums = known.map((is) => (is ? 0 : null));
    for (const row of of) sums[place.get(row.day)] += row[name];
    return sums;
  };
  const by = Object.fromEntries(["completed", "failed", "cancelled", "bytes", "seconds"].map((name) => [name, sum(name)]));
  return {
    days,
    unknown: known.filter((is) => !is).length,
    ...by,
    success: by.completed.map((done, at) => share(done, by.failed[at])),
    throughput: by.bytes.map((bytes, at) => (by.seconds[at] > 0 ? bytes / by.seconds[at] : null)),
    destinations: destinationsOf(rows).map(({ id, of }) => ({ id, bytes: sum("bytes", of) })),
    reasons: reasonsOf(rows),
    total: totalOf(rows),
  };
}

/** What completed, in per cent of what completed or failed; null where nothing did. */
function share(completed, failed) {
  const ended = completed + failed;
  return ended > 0 ? (completed / ended) * 100 : null;
}

function totalOf(rows) {
  const all = (name) => rows.reduce((sum, row) => sum + row[name], 0);
  const [completed, failed] = [all("completed"), all("failed")];
  return { completed, failed, cancelled: all("cancelled"), bytes: all("bytes"), success: share(completed, failed) };
}

/** Those that got most, and the others together under the id null. */
function destinationsOf(rows) {
  const found = new Map();
  for (const row of rows) {
    const one = found.get(row.destination_id) ?? { id: row.destination_id, bytes: 0, of: [] };
    one.bytes += row.bytes;
    one.of.push(row);
    found.set(row.destination_id, one);
  }
  const sorted = [...found.values()].filter((each) => each.bytes > 0).sort((a, b) => b.bytes - a.bytes);
  const rest = sorted.slice(APART).flatMap((each) => each.of);
  return [...sorted.slice(0, APART), ...(rest.length ? [{ id: null, of: rest }] : [])];
}

function reasonsOf(rows) {
  const counts = new Map();
  for (const { code, count } of rows.flatMap((row) => row.reasons)) {
    counts.set(code, (counts.get(code) ?? 0) + count);
  }
  return [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** The middle one of the values that are known, or null. */
export function median(values) {
  const known = values.filter((value) => value != null).sort((a, b) => a - b);
  const middle = known.length >> 1;
  if (!known.length) return null;
  return known.length % 2 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
}

/** "98.7 %". 100 % is said when nothing failed, and 0 % when nothing completed. */
export function shareText(percent) {
  if (percent == null) return "";
  const near = percent >= 100 || percent <= 0 ? percent : Math.min(99.9, Math.max(0.1, percent));
  return `${near.toFixed(near === 0 || near === 100 ? 0 : 1)} %`;
}
