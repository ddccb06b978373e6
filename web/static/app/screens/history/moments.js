// Points in time as a form has them: the wall clock's, in the zone that the user chose.

import { clockText, dateText, zone } from "../../format/times.js";

const DAY_MS = 86_400_000;

/** "2026-11-26T14:05" for an input, of an instant; "" for what is none. */
export function wallText(instant) {
  const date = instant ? dateText(instant) : "";
  if (!date) return "";
  const clock = clockText(instant);
  return `${date}T${clock.endsWith(":00") ? clock.slice(0, 5) : clock}`;
}

/**
 * The instant of a wall clock's time, as the API takes it: "2026-11-26T13:05:00Z". A time that the
 * clocks leave out in spring is taken an hour later; of one that comes twice the first is meant.
 * @returns {string | null} null for what is no time
 */
export function instantOf(wall) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(wall)) return null;
  const at = Date.parse(zone.value === "utc" ? `${wall}Z` : wall);
  return Number.isNaN(at) ? null : iso(at);
}

/** The instant at which a day began: of today (0), yesterday (1) and so on. */
export function dayBegan(daysAgo, now = Date.now()) {
  return instantOf(`${dayBefore(dateText(now), daysAgo)}T00:00`);
}

/** "2026-11-25" of "2026-11-26" and 1. Dates have no zone, so each day has 24 hours here. */
export function dayBefore(date, days) {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}

/** All days from `first` to `last`, both included. */
export function daysBetween(first, last) {
  const days = [];
  for (let day = first; day <= last; day = dayBefore(day, -1)) days.push(day);
  return days;
}

/** @returns {boolean} whether it is a date that exists, as "2026-02-28" */
export function isDate(text) {
  if (!/^[12]\d{3}-\d\d-\d\d$/.test(text ?? "")) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function iso(at) {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
