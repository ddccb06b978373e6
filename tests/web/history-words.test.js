// Times, filters and figures of the history and of the analytics.

process.env.TZ = "Europe/Berlin";

import assert from "node:assert/strict";
import test from "node:test";
import { zone } from "../../web/static/app/format/times.js";
import {
  figuresOf,
  median,
  periodOf,
  shareText,
} from "../../web/static/app/screens/history/figures.js";
import { ownerOf, queryOf } from "../../web/static/app/screens/history/filters.js";
import {
  dayBegan,
  daysBetween,
  instantOf,
  isDate,
  wallText,
} from "../../web/static/app/screens/history/moments.js";
import { rateOf } from "../../web/static/app/screens/history/row.js";
import { stacked } from "../../web/static/app/ui/chart_plot.js";

function inZone(name, work) {
  zone.value = name;
  try {
    return work();
  } finally {
    zone.value = "local";
  }
}

test("a wall clock's time is an instant in the zone that the user chose", () => {
  assert.equal(instantOf("2026-07-01T14:05"), "2026-07-01T12:05:00Z");
  assert.equal(instantOf("2026-12-01T14:05"), "2026-12-01T13:05:00Z");
  assert.equal(inZone("utc", () => instantOf("2026-07-01T14:05")), "2026-07-01T14:05:00Z");
});

test("where the clocks change a time is still an instant", () => {
  assert.equal(instantOf("2026-03-29T02:30"), "2026-03-29T01:30:00Z");
  assert.equal(wallText("2026-03-29T01:30:00Z"), "2026-03-29T03:30");
  assert.equal(instantOf("2026-10-25T02:30"), "2026-10-25T00:30:00Z");
});

test("an instant comes back as the time that was typed", () => {
  for (const wall of ["2026-07-01T14:05", "2026-01-01T00:00", "2026-01-01T23:59:07"]) {
    assert.equal(wallText(instantOf(wall)), wall);
  }
});

test("what is no time is none", () => {
  for (const wall of ["", "2026-13-01T00:00", "2026-01-01", "1 Jan", "2026-01-01T25:00"]) {
    assert.equal(instantOf(wall), null);
  }
  assert.deepEqual([wallText(null), wallText("nonsense")], ["", ""]);
});

test("a day of the user's begins at the user's midnight, also after the clocks changed", () => {
  const now = Date.parse("2026-10-26T23:30:00Z"); // the 27th in Berlin
  assert.equal(dayBegan(0, now), "2026-10-26T23:00:00Z");
  assert.equal(dayBegan(2, now), "2026-10-24T22:00:00Z");
});

test("no day is lost or doubled where the clocks change", () => {
  const days = daysBetween("2026-03-28", "2026-03-30");
  assert.deepEqual(days, ["2026-03-28", "2026-03-29", "2026-03-30"]);
  assert.equal(daysBetween("2025-12-01", "2026-11-30").length, 365);
});

test("a date exists or is none", () => {
  assert.deepEqual(["2028-02-29", "2026-02-29", "26-01-01", null, "9999-01-01"].map(isDate), [true, false, false, false, false]);
});

const query = (text, seesAll = true) => queryOf(new URLSearchParams(text), seesAll);

test("the address is the API's query", () => {
  assert.deepEqual(query(""), { state: "ended", owner: "*" });
  assert.deepEqual(query("", false), { state: "ended" });
  assert.deepEqual(query("state=all&owner=mine"), {});
  assert.deepEqual(query("status=failed&state=active&reason=no_space&owner=ann"), {
    status: "failed",
    reason: "no_space",
    owner: "ann",
  });
  assert.deepEqual(query("prefix=a/&order=oldest&state=active&owner=*", false), {
    state: "active",
    order: "oldest",
  });
});

test("what the API does not know is left out", () => {
  assert.deepEqual(query("status=gone&state=odd&order=up&send=1&owner=mine"), { state: "ended" });
});

test("who may not see others' sees their own, whatever the address says", () => {
  assert.equal(ownerOf(new URLSearchParams("owner=*"), false), "mine");
});

test("a rate is of what completed, by the service's times", () => {
  const done = {
    status: "completed",
    size_bytes: 1_000,
    started_at: "2026-01-01T00:00:00Z",
    finished_at: "2026-01-01T00:00:04Z",
  };
  assert.equal(rateOf(done), 250);
  assert.equal(rateOf({ ...done, status: "failed" }), null);
  assert.equal(rateOf({ ...done, finished_at: done.started_at }), null);
  assert.equal(rateOf({ ...done, started_at: null }), null);
});

const TODAY = "2026-03-30";
const period = (text) => periodOf(new URLSearchParams(text), TODAY);

test("a period is of whole days and ends today at the latest", () => {
  assert.deepEqual(period(""), { first: "2026-03-01", until: TODAY, isToday: true, days: 30 });
  assert.equal(period("days=7").first, "2026-03-24");
  assert.equal(period("days=8").days, 30);
  assert.deepEqual(period("from=2026-03-28&until=2027-01-01"), {
    first: "2026-03-28",
    until: TODAY,
    isToday: true,
    days: null,
  });
  assert.equal(period("from=2026-03-28&until=2026-03-01").days, 30);
  assert.equal(period("from=2020-01-01&until=2026-03-30").first, "2025-02-24"); // 400 days
});

const row = (day, id, more = {}) => ({
  day,
  destination_id: id,
  completed: 1,
  failed: 0,
  cancelled: 0,
  bytes: 100,
  seconds: 2,
  reasons: [],
  ...more,
});

const PERIOD = { first: "2026-03-27", until: "2026-03-30" };

test("a day on which nothing ended is zero, and one that was not counted is unknown", () => {
  const figures = figuresOf({ counted_since: "2026-03-29", rows: [row("2026-03-28", "a"), row("2026-03-30", "a")] }, PERIOD);
  assert.deepEqual(figures.bytes, [null, 100, 0, 100]);
  assert.deepEqual(figures.success, [null, 100, null, 100]);
  assert.deepEqual(figures.throughput, [null, 50, null, 50]);
  assert.equal(figures.unknown, 1);
});

test("where nothing was ever counted nothing is known", () => {
  const figures = figuresOf({ counted_since: null, rows: [] }, PERIOD);
  assert.deepEqual([figures.unknown, figures.bytes], [4, [null, null, null, null]]);
  assert.equal(figures.total.success, null);
});

test("five destinations stand apart, and the others together", () => {
  const rows = ["a", "b", "c", "d", "e", "f", "g"].map((id, at) => row("2026-03-30", id, { bytes: 2 ** at }));
  const { destinations, bytes } = figuresOf({ counted_since: "2026-01-01", rows }, PERIOD);
  assert.deepEqual(destinations.map((each) => each.id), ["g", "f", "e", "d", "c", null]);
  assert.equal(destinations.at(-1).bytes[3], 3);
  assert.equal(destinations.reduce((sum, each) => sum + each.bytes[3], 0), bytes[3]);
});

test("reasons are summed over days and destinations", () => {
  const reasons = [{ code: "no_space", count: 2 }, { code: "other", count: 1 }];
  const rows = [row("2026-03-29", "a", { failed: 3, reasons }), row("2026-03-30", "b", { failed: 2, reasons: [{ code: "other", count: 2 }] })];
  const figures = figuresOf({ counted_since: "2026-01-01", rows }, PERIOD);
  assert.deepEqual(figures.reasons, [{ code: "other", count: 3 }, { code: "no_space", count: 2 }]);
  assert.equal(figures.total.failed, 5);
});

test("100 % is said when nothing failed, and not a moment earlier", () => {
  assert.deepEqual([100, 99.999, 98.66, 0.001, 0, null].map(shareText), ["100 %", "99.9 %", "98.7 %", "0.1 %", "0 %", ""]);
});

test("the median leaves out what is not known", () => {
  assert.deepEqual([median([3, null, 1]), median([5, 1, 2]), median([null]), median([])], [2, 2, null, null]);
});

test("bars stack on those below, and unknown stays unknown", () => {
  assert.deepEqual(stacked([[1, null, null], [2, 3, null]]), [[1, null, null], [3, 3, null]]);
});
