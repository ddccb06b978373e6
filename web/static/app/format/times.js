// Points in time. Every one in the console is written here, in the zone that the user chose.

import { computed, signal } from "../lib.js";

/** "local" or "utc". settings/ keeps it. */
export const zone = signal("local");

const DATE = { year: "numeric", month: "2-digit", day: "2-digit" };
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

const forms = computed(() => {
  const timeZone = zone.value === "utc" ? "UTC" : undefined;
  const form = (parts) => new Intl.DateTimeFormat("en-CA", { ...parts, timeZone });
  return {
    date: form(DATE),
    clock: form(CLOCK),
    named: new Intl.DateTimeFormat("en-US", { hour: "2-digit", timeZone, timeZoneName: "short" }),
  };
});

function part(form, at) {
  const time = at instanceof Date ? at : new Date(at);
  return Number.isNaN(time.getTime()) ? "" : form.format(time);
}

/** "2026-11-26" @param {string | number | Date | null} at */
export function dateText(at) {
  return at == null ? "" : part(forms.value.date, at);
}

/** "14:05:09" */
export function clockText(at) {
  return at == null ? "" : part(forms.value.clock, at);
}

/** "2026-11-26 14:05:09" */
export function timeText(at) {
  return at == null ? "" : `${dateText(at)} ${clockText(at)}`.trim();
}

/** The time of day alone where it is of the same day as `now`: lists are read faster. */
export function shortTimeText(at, now = new Date()) {
  if (at == null) return "";
  return dateText(at) === dateText(now) ? clockText(at) : timeText(at).slice(0, 16);
}

/** The zone's short name at that time, as "CET", "GMT+1" or "UTC": in summer it is another one. */
export function zoneName(at = new Date()) {
  const named = forms.value.named.formatToParts(new Date(at));
  return named.find((each) => each.type === "timeZoneName")?.value ?? "";
}

/** The IANA name for queries. */
export function zoneId() {
  return zone.value === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
