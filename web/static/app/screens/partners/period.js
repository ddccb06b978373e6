// The last 30 days of a partner, out of the figures of GET /api/statistics.

export const DAYS = 30;
const DAY_MS = 86_400_000;

/** The days from the first to the last: ["2026-10-28", …, "2026-11-26"]. `today`: "2026-11-26" */
export function days(today, number = DAYS) {
  const last = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: number }, (_, at) => new Date(last - (number - 1 - at) * DAY_MS).toISOString().slice(0, 10));
}

const NOTHING = Object.freeze({ completed: 0, failed: 0, cancelled: 0, bytes: 0 });

function plus(one, row) {
  return Object.fromEntries(Object.keys(NOTHING).map((name) => [name, one[name] + row[name]]));
}

/** Sums by destination: Map(id -> {completed, failed, cancelled, bytes}). */
export function byDestination(rows) {
  const sums = new Map();
  for (const row of rows) sums.set(row.destination_id, plus(sums.get(row.destination_id) ?? NOTHING, row));
  return sums;
}

/** Sums for each of `wanted` days; a day on which nothing ended has zeros. */
export function byDay(rows, wanted) {
  const sums = new Map(wanted.map((day) => [day, NOTHING]));
  for (const row of rows) if (sums.has(row.day)) sums.set(row.day, plus(sums.get(row.day), row));
  return wanted.map((day) => ({ day, ...sums.get(day) }));
}

/** The sum of all, of which nothing is a sum, too. */
export function total(rows) {
  return rows.reduce(plus, NOTHING);
}

/** "98 %" of those that completed or failed; "" where none did. 100 % only where none failed. */
export function successText({ completed, failed }) {
  if (completed + failed === 0) return "";
  const percent = (completed * 100) / (completed + failed);
  return `${failed === 0 ? 100 : Math.min(99, Math.floor(percent))} %`;
}
