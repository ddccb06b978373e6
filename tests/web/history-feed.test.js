// A list that grows: what it says, when it goes on by itself, and when it asks.

import assert from "node:assert/strict";
import test from "node:test";
import { ApiProblem } from "../../web/static/app/api/problem.js";
import { createFeed } from "../../web/static/app/screens/history/feed.js";
import { paced } from "../../web/static/app/screens/history/pace.js";

/** A service whose pages hold so many rows each. The last number's page is the last one. */
function service(...sizes) {
  const calls = [];
  return {
    calls,
    load: async (cursor) => {
      calls.push(cursor);
      const at = Number(cursor ?? 0);
      const transfers = Array.from({ length: sizes[at] }, (_, row) => ({ id: `${at}-${row}` }));
      return { transfers, cursor: at + 1 < sizes.length ? String(at + 1) : null };
    },
  };
}

const state = (feed) => feed.shown.value.state;

test("one page is loaded at a time, and the last one is known as such", async () => {
  const feed = createFeed(service(200, 200, 50).load);
  await feed.more();
  assert.deepEqual([state(feed), feed.shown.value.rows.length], ["more", 200]);
  await Promise.all([feed.more(), feed.more()]);
  assert.equal(feed.shown.value.rows.length, 400);
  await feed.more();
  assert.deepEqual([state(feed), feed.shown.value.rows.length], ["all", 450]);
  await feed.more();
  assert.equal(feed.shown.value.rows.length, 450);
});

test("pages without rows are no end", async () => {
  const feed = createFeed(service(0, 0, 3, 0, 20, 5).load);
  await feed.more();
  assert.deepEqual([state(feed), feed.shown.value.rows.length], ["more", 23]);
});

test("after twenty pages with next to nothing it asks, and goes on when told", async () => {
  const { load, calls } = service(...Array(25).fill(0), 4);
  const feed = createFeed(load);
  await feed.more();
  assert.deepEqual([state(feed), feed.shown.value.looked, calls.length], ["asking", 20_000, 20]);
  await feed.more();
  assert.equal(calls.length, 20);
  await feed.more({ asked: true });
  assert.deepEqual([state(feed), feed.shown.value.rows.length], ["all", 4]);
});

test("an error keeps the rows, and the same page is asked for again", async () => {
  const { load, calls } = service(200, 200);
  let broken = false;
  const feed = createFeed((cursor) => (broken ? Promise.reject(new Error("no")) : load(cursor)));
  await feed.more();
  broken = true;
  await feed.more();
  assert.deepEqual([state(feed), feed.shown.value.rows.length], ["failed", 200]);
  broken = false;
  await feed.more();
  assert.equal(state(feed), "failed");
  await feed.more({ asked: true });
  assert.deepEqual([state(feed), feed.shown.value.rows.length, calls], ["all", 400, [null, "1"]]);
});

test("a list that leads to itself is an error", async () => {
  const feed = createFeed(async () => ({ transfers: [], cursor: "same" }));
  await feed.more();
  assert.equal(state(feed), "failed");
});

test("what comes after the screen was left is not shown", async () => {
  let come;
  const feed = createFeed(() => new Promise((done) => (come = done)));
  const loading = feed.more();
  feed.close();
  come({ transfers: [{ id: "1" }], cursor: null });
  await loading;
  assert.deepEqual(feed.shown.value.rows, []);
});

test("memory is bounded, and the list says so", async () => {
  const page = Array.from({ length: 30_000 }, (_, at) => ({ id: String(at) }));
  let at = 0;
  const feed = createFeed(async () => ({ transfers: page, cursor: String((at += 1)) }));
  await feed.more();
  await feed.more();
  await feed.more({ asked: true });
  assert.deepEqual([state(feed), feed.shown.value.rows.length], ["full", 60_000]);
});

test("after some pages there is a second between two, and 429 is waited for", async () => {
  const waits = [];
  const slow = [];
  let refused = 2;
  const load = paced(
    async () => {
      if (waits.length && refused-- > 0) throw new ApiProblem(429, null, 7);
      return "page";
    },
    { now: () => 0, onSlow: (is) => slow.push(is), wait: async (ms) => waits.push(ms) },
  );
  for (let page = 0; page < 9; page += 1) assert.equal(await load(null), "page");
  assert.deepEqual(waits, [1_000, 7_000, 7_000]);
  assert.deepEqual(slow, [true, true, false]);
});

test("a service that refuses for ever is an error in the end", async () => {
  const waits = [];
  const refused = async () => Promise.reject(new ApiProblem(429, null, null));
  const load = paced(refused, { wait: async (ms) => waits.push(ms) });
  await assert.rejects(load(null), ApiProblem);
  assert.deepEqual(waits, Array(5).fill(30_000));
});

test("a wait ends when the screen is left", async () => {
  const stop = new AbortController();
  const load = paced(() => Promise.reject(new ApiProblem(429, null, 3_600)), {});
  const loading = load(null, stop.signal);
  setImmediate(() => stop.abort());
  await assert.rejects(loading, { name: "AbortError" });
});
