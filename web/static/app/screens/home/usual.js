// Today against the usual: the same weekdays before, up to the same hour.

const DAY_MS = 86_400_000;
const WEEKS = 4; // so many days of the same weekday make something usual
export const DAYS = 7 * WEEKS + 1; // to ask for, with today
const COUNTED = ["completed", "failed", "bytes"];

/** @typedef {{completed: number, failed: number, bytes: number}} Sums */

/**
 * The days to ask for. @param {Date} now @param {string} timeZone an IANA name
 * @returns {{from: string, until: string}} dates in that zone
 */
export function daysToAskFor(now, timeZone) {
  const until = localHour(timeZone)(now).date;
  return { from: dayBefore(until, DAYS - 1), until };
}

/**
 * @param {{hour: string, completed: number, failed: number, bytes: number}[]} rows by the hour
 * @param {string | null} countedSince a date (UTC): what ended before was not counted
 * @param {Date} now @param {string} timeZone
 * @returns {{today: Sums, usual: {least: Sums, most: Sums} | null, weekday: string}} `usual`: the
 *   medians up to the last full hour, and up to the end of this one; null where it is not known
 */
export function againstUsual(rows, countedSince, now, timeZone) {
  const local = localHour(timeZone);
  const { date, hour } = local(now);
  const days = new Map();
  for (const row of rows) {
    const at = local(new Date(row.hour));
    const day = days.get(at.date) ?? [];
    day.push({ ...row, at: at.hour });
    days.set(at.date, day);
  }
  const upTo = (day, last) => sums((days.get(day) ?? []).filter((row) => row.at <= last));
  const before = Array.from({ length: WEEKS }, (_, week) => dayBefore(date, 7 * (week + 1)));
  const isKnown = countedSince !== null && before.every((day) => isWhole(day, countedSince));
  const usual = isKnown && {
    least: medians(before.map((day) => upTo(day, hour - 1))),
    most: medians(before.map((day) => upTo(day, hour))),
  };
  return { today: sums(days.get(date) ?? []), usual: usual || null, weekday: weekdayOf(date) };
}

/** A day of any zone begins within the UTC day before, which may be the first, half counted one. */
function isWhole(day, countedSince) {
  return dayBefore(day, 1) > countedSince;
}

function sums(rows) {
  const total = (name) => rows.reduce((sum, row) => sum + row[name], 0);
  return Object.fromEntries(COUNTED.map((name) => [name, total(name)]));
}

function medians(days) {
  return Object.fromEntries(COUNTED.map((name) => [name, median(days.map((day) => day[name]))]));
}

/** @param {number[]} numbers at least one @returns {number} rounded down */
export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle];
  return Math.floor((sorted[middle - 1] + sorted[middle]) / 2);
}

/** "usually 190", "usually 180 to 196" @param {(value: number) => string} form */
export function usualText(least, most, form) {
  const [low, high] = [form(least), form(most)];
  return low === high ? `usually ${low}` : `usually ${low} to ${high}`;
}

function localHour(timeZone) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", hourCycle: "h23" };
  const form = new Intl.DateTimeFormat("en-CA", { ...parts, timeZone });
  return (at) => {
    const found = Object.fromEntries(form.formatToParts(at).map(({ type, value }) => [type, value]));
    return { date: `${found.year}-${found.month}-${found.day}`, hour: Number(found.hour) };
  };
}

/** @param {string} date @param {number} days */
export function dayBefore(date, days) {
  return new Date(Date.parse(`${date}T12:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

function weekdayOf(date) {
  const form = new Intl.DateTimeFormat("en-US", { weekday: "long", timeZone: "UTC" });
  return form.format(new Date(`${date}T12:00:00Z`));
}
