// Home's figures: the usual, the groups, the partners.

import assert from "node:assert/strict";
import test from "node:test";
import { attentionOf, attentionText, movingOf, waitingOf, waitingText } from "../../web/static/app/screens/home/groups.js";
import { healthOf, successText } from "../../web/static/app/screens/home/health.js";
import { againstUsual, daysToAskFor, median, usualText } from "../../web/static/app/screens/home/usual.js";
import { failure, shown } from "./queue-world.js";

const NOW = new Date("2026-11-26T14:20:00Z"); // a Thursday
const hour = (at, completed, more = {}) => ({ hour: at, completed, failed: 0, bytes: completed * 10, ...more });
const THURSDAYS = ["2026-11-19", "2026-11-12", "2026-11-05", "2026-10-29"];

test("today is compared with the same weekdays, up to this hour", () => {
  const rows = [
    ...THURSDAYS.flatMap((day, at) => [
      hour(`${day}T09:00:00Z`, 10 + at),
      hour(`${day}T14:00:00Z`, 5),
      hour(`${day}T15:00:00Z`, 1_000),
    ]),
    hour("2026-11-25T09:00:00Z", 900), // a Wednesday
    hour("2026-11-26T08:00:00Z", 20, { failed: 2 }),
    hour("2026-11-26T14:00:00Z", 1),
  ];
  const { today, usual, weekday } = againstUsual(rows, "2026-10-01", NOW, "UTC");
  assert.deepEqual(today, { completed: 21, failed: 2, bytes: 210 });
  assert.equal(usual.least.completed, 11);
  assert.equal(usual.most.completed, 16);
  assert.equal(weekday, "Thursday");
});

test("a day on which nothing ended counts as none", () => {
  const { usual } = againstUsual([hour("2026-11-19T09:00:00Z", 8)], "2026-10-01", NOW, "UTC");
  assert.equal(usual.most.completed, 0);
});

test("the usual is not known before four whole days were counted", () => {
  assert.equal(againstUsual([], "2026-10-28", NOW, "UTC").usual, null); // its last hours may be of the 28th
  assert.equal(againstUsual([], null, NOW, "UTC").usual, null);
  assert.notEqual(againstUsual([], "2026-10-27", NOW, "UTC").usual, null);
});

test("days and hours are those of the user's zone, also when the clocks change", () => {
  const late = new Date("2026-11-26T23:30:00Z");
  assert.deepEqual(daysToAskFor(late, "Europe/Berlin"), { from: "2026-10-30", until: "2026-11-27" });
  assert.deepEqual(daysToAskFor(late, "UTC"), { from: "2026-10-29", until: "2026-11-26" });
  const rows = [hour("2026-10-08T05:00:00Z", 7)]; // 07:00 in summer; NOW is 07:20 in winter
  const now = new Date("2026-11-05T06:20:00Z");
  const { usual } = againstUsual([...rows, hour("2026-10-15T05:00:00Z", 7), hour("2026-10-22T05:00:00Z", 7)], "2026-09-01", now, "Europe/Berlin");
  assert.deepEqual([usual.least.completed, usual.most.completed], [0, 7]);
});

test("a range is said only where there is one", () => {
  assert.equal(median([4, 1, 3, 2]), 2);
  assert.equal(usualText(190, 190, String), "usually 190");
  assert.equal(usualText(180, 196, String), "usually 180 to 196");
});

test("what moves is summed up without what was not heard of", () => {
  const rows = [shown("a"), shown("b", { size_bytes: 9_000, rate_bytes_per_second: null }), shown("c"), shown("v", { status: "verifying" })];
  const found = movingOf(rows, null, ({ id }) => id === "c");
  assert.deepEqual([found.moving, found.rate, found.unheard, found.ending], [3, 50, 1, 1]);
  assert.deepEqual(found.largest.map(({ id }) => id), ["b", "a", "c"]);
});

test("those in line are grouped by their partner, the others by their reason", () => {
  const line = { failure: failure("no_session_free") };
  const rows = [
    shown("a", line),
    shown("b", line),
    shown("c", { ...line, destination: { id: "narrow" } }),
    shown("d", { status: "paused" }),
    shown("e", { status: "failed", failure: failure("timed_out") }),
    shown("f", { failure: failure("timed_out") }),
  ];
  const waiting = waitingOf(rows, null);
  assert.deepEqual(waiting.map((each) => [each.number, waitingText(each, each.destination?.id)]), [
    [2, "wait for a session with acme"],
    [1, "waits for a session with narrow"],
    [1, "is paused"],
  ]);
  const [group] = attentionOf(rows, null);
  assert.deepEqual([group.code, group.number, attentionText(group)], ["timed_out", 2, "in trouble, 1 of them failed"]);
});

test("partners with trouble come first, and 100 % is said only where nothing failed", () => {
  const day = (destination_id, day, completed, failed) => ({
    ...{ destination_id, day, completed, failed },
    reasons: failed ? [{ code: "timed_out", count: failed }] : [],
  });
  const statistics = [day("acme", "2026-11-20", 10_000, 1), day("acme", "2026-11-24", 3, 0), day("old", "2026-11-01", 1, 0)];
  const known = [{ id: "acme", name: "ACME Bank" }, { id: "new", name: "New" }];
  const rows = [shown("a"), shown("b", { destination: { id: "new", name: "New" }, failure: failure("timed_out") })];
  const found = healthOf(statistics, rows, known, null);
  assert.deepEqual(found.map(({ id }) => id), ["new", "acme", "old"]);
  const acme = found[1];
  assert.deepEqual([acme.lastFailure, acme.reason, acme.moving, successText(acme.success)], ["2026-11-20", "timed_out", 1, "99.9 %"]);
  assert.equal(successText(found[0].success), "-");
  assert.equal(successText(found[2].success), "100 %");
});
