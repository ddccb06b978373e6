// Filters, search and sort of the queue.

import assert from "node:assert/strict";
import test from "node:test";
import { choices, listed, wishOf } from "../../web/static/app/screens/queue/matching.js";
import { failure, iso, shown } from "./queue-world.js";

const wish = (query) => wishOf(new URLSearchParams(query));
const ids = (rows, query) => listed(rows, wish(query), null).ids;

test("an address that makes no sense shows what is active, newest first", () => {
  const { tab, sort, q, destination } = wish("tab=nonsense&sort=nonsense");
  assert.deepEqual({ tab, sort, q, destination }, { tab: "active", sort: "newest", q: "", destination: null });
  assert.equal(wish("tab=done").sort, "ended");
});

test("tabs are counted without the filters, and rows obey all of them", () => {
  const rows = [
    shown("a"),
    shown("b", { owner: "olga" }),
    shown("c", { destination: { id: "other" } }),
    shown("d", { status: "completed" }),
    shown("e", { failure: failure("timed_out") }),
  ];
  const found = listed(rows, wish("owner=jane.doe&destination=acme"), null);
  assert.deepEqual(found.ids, ["a"]);
  assert.deepEqual(found.counts, { active: 3, waiting: 0, attention: 1, done: 1 });
  assert.equal(found.inTab.length, 3);
  assert.deepEqual(ids(rows, "tab=attention&reason=timed_out"), ["e"]);
  assert.deepEqual(ids(rows, "tab=attention&reason=other"), []);
});

test("a search finds names, paths, labels and ids, in any case and spelling of accents", () => {
  const rows = [
    shown("a", { label: "Größe" }),
    shown("b", { target_path: "Inbox/Umsa\u0308tze.csv" }),
    shown("t-77", { source: { bucket: "x", key: "y" } }),
  ];
  assert.deepEqual(ids(rows, "q=grÖße"), ["a"]);
  assert.deepEqual(ids(rows, "q=umsätze inbox"), ["b"]);
  assert.deepEqual(ids(rows, "q=T-77"), ["t-77"]);
  assert.deepEqual(ids(rows, "q=nowhere"), []);
});

test("numbers in names are counted, and times are compared as times", () => {
  const rows = [
    shown("part-10", { requested_at: "2026-11-24T08:00:00.123Z" }),
    shown("part-9", { requested_at: "2026-11-24T08:00:00Z", size_bytes: null }),
    shown("part-1", { requested_at: iso(-5), size_bytes: 5_000 }),
  ];
  assert.deepEqual(ids(rows, "sort=name"), ["part-1", "part-9", "part-10"]);
  assert.deepEqual(ids(rows, ""), ["part-10", "part-9", "part-1"]);
  assert.deepEqual(ids(rows, "sort=oldest"), ["part-1", "part-9", "part-10"]);
  assert.deepEqual(ids(rows, "sort=largest"), ["part-1", "part-10", "part-9"]);
});

test("rows that are equal keep one order", () => {
  const rows = [shown("b"), shown("a"), shown("c")];
  assert.deepEqual(ids(rows, ""), ["a", "b", "c"]);
  assert.deepEqual(ids(rows.reverse(), ""), ["a", "b", "c"]);
});

test("choices are counted, the most frequent first", () => {
  const rows = [shown("a"), shown("b"), shown("c", { owner: "olga" })];
  assert.deepEqual(choices(rows, (each) => each.owner), [["jane.doe", 2], ["olga", 1]]);
});
