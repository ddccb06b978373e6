// Figures, speech, rates of lanes and what may be done with a transfer.

import assert from "node:assert/strict";
import test from "node:test";
import { actionsFor, maySend } from "../../web/static/app/screens/transfer/actions.js";
import * as figures from "../../web/static/app/screens/transfer/figures.js";
import { laneRates, readingOf } from "../../web/static/app/screens/transfer/lane-rates.js";
import { linesOf, niceTop, rangeOf, withSample } from "../../web/static/app/screens/transfer/samples.js";

function shown(changes = {}) {
  return {
    id: "t-1", status: "moving", run: 1, owner: "jane.doe", size_bytes: 2e9, bytes_done: 7e8, percent: 35.9,
    rate_bytes_per_second: 41e6, eta_text: "28 to 36 s", lanes: 2, failure: null, started_at: "2026-11-24T08:15:00.000001Z",
    finished_at: null, ...changes,
  };
}

test("figures are those of `fileferry watch`", () => {
  assert.equal(figures.percentOf(shown()), "35 %");
  assert.equal(figures.percentOf(shown({ percent: 100 })), "99 %");
  assert.equal(figures.percentOf(shown({ percent: 100, status: "completed" })), "100 %");
  assert.equal(figures.bytesOf(shown()), "700.0 MB of 2.0 GB");
  assert.equal(figures.bytesOf(shown({ bytes_done: null })), "");
  assert.equal(figures.lanesOf(shown()), "2 lanes");
  assert.equal(figures.lanesOf(shown({ status: "paused" })), "");
  assert.equal(figures.tailOf(shown()), "41.0 MB/s, 28 to 36 s left");
  assert.equal(figures.tailOf(shown({ eta_text: "unknown" })), "41.0 MB/s, time unknown");
  assert.equal(figures.tailOf(shown({ rate_bytes_per_second: null })), "rate unknown");
  assert.equal(figures.tailOf(shown({ status: "requested" })), "waits for its start");
  assert.equal(figures.tailOf(shown(), 12.4), "last seen 12 s ago");
});

test("a finished time is the service's, to the microsecond", () => {
  const done = shown({ status: "completed", finished_at: "2026-11-24T08:17:05.000001Z" });
  assert.equal(figures.tailOf(done), "done in 2 min 5 s, 16.0 MB/s");
  assert.equal(figures.tailOf({ ...done, finished_at: "2026-11-24T08:15:01.000000Z" }), "done in less than 1 s");
  assert.equal(figures.tailOf({ ...done, started_at: null }), "done");
});

test("tries are told with the next one, and never with one that is past", () => {
  const now = new Date("2026-11-24T08:15:00Z");
  const failure = { attempt: 3, attempts: 8, next_try_at: "2026-11-24T08:15:20Z" };
  assert.equal(figures.triesOf(failure, now), "Try 3 of 8 failed, next try in 20 s: ");
  assert.equal(figures.triesOf({ ...failure, next_try_at: "2026-11-24T08:14:20Z" }, now), "Try 3 of 8 failed: ");
  assert.equal(figures.triesOf({ attempt: null, attempts: null, next_try_at: null }, null), "");
});

test("a screen reader hears changes of state and each 10 %, and no tick", () => {
  const said = (before, now) => figures.spoken(shown(before), shown(now));
  assert.equal(said({ percent: 31 }, { percent: 39.9 }), null);
  assert.match(said({ percent: 39.9 }, { percent: 40 }), /^40 %, 41.0 MB\/s/);
  assert.match(said({ percent: 39 }, { percent: 72 }), /^70 %/);
  assert.equal(said({ percent: 98 }, { percent: 100 }), null);
  assert.equal(said({ percent: null }, { percent: 3 }), null);
  assert.equal(said({}, { status: "paused" }), "The transfer is paused.");
  assert.equal(said({ status: "failed", percent: 40 }, { run: 2, percent: 0 }), "Tried again, run 2: moving.");
  assert.match(said({}, { status: "failed", failure: { message: "Ask\u202e." } }), /Ask<U\+202E>\.$/);
  assert.equal(figures.spoken(null, shown()), null);
  assert.equal(figures.spoken(shown({ id: "other" }), shown()), null);
});

function reading(at, lanes, { done = 0, bytes = 0, run = 1 } = {}) {
  const views = lanes.map(([number, state, turn, bytes_in_flight]) => ({ number, state, turn, bytes_in_flight }));
  return readingOf({ run, bytes_done: bytes, chunks: { done }, lanes: views }, at);
}

const rates = (before, now) => [...laneRates(before, now).values()];

test("rates of lanes need two readings of the same run and turn", () => {
  const first = reading(0, [[0, "moving", 1, 100], [1, "moving", 1, 500]]);
  assert.deepEqual(rates(null, first), [null, null]);
  assert.deepEqual(rates(first, reading(5_000, [[0, "moving", 1, 1_100], [1, "moving", 1, 500]])), [200, 0]);
  assert.deepEqual(rates(first, reading(5_000, [[0, "moving", 2, 1_100], [1, "queued", 1, 0]])), [null, null]);
  assert.deepEqual(rates(first, reading(5_000, [[0, "moving", 1, 1_100]], { run: 2 })), [null]);
  assert.deepEqual(rates(first, reading(0, [[0, "moving", 1, 1_100]])), [null]);
});

test("a lane that began a new chunk has a rate only where it is clear who finished one", () => {
  const first = reading(0, [[0, "moving", 1, 900], [1, "moving", 1, 100]], { done: 3, bytes: 4_000 });
  const next = reading(10_000, [[0, "moving", 1, 200], [1, "moving", 1, 300]], { done: 4, bytes: 4_500 });
  assert.deepEqual(rates(first, next), [30, 20]); // chunks of 1,000
  const two = reading(10_000, [[0, "moving", 1, 950], [1, "moving", 1, 50]], { done: 5, bytes: 6_000 });
  assert.deepEqual(rates(first, two), [null, null]);
  const again = reading(10_000, [[0, "moving", 1, 50], [1, "moving", 1, 300]], { done: 3, bytes: 3_350 });
  assert.deepEqual(rates(first, again), [null, 20], "a chunk that began anew says nothing, and nothing negative");
});

test("actions are those that state, owner and roles allow", () => {
  const jane = { user: "jane.doe", roles: ["user"] };
  const olga = { user: "olga", roles: ["user", "operator"] };
  const may = (status, me) => actionsFor({ status, owner: "jane.doe" }, me);
  assert.deepEqual(may("moving", jane), ["pause", "cancel"]);
  assert.deepEqual(may("paused", jane), ["resume", "cancel"]);
  assert.deepEqual(may("failed", olga), ["retry"]);
  assert.deepEqual(may("verifying", olga), ["cancel"]);
  for (const status of ["committing", "completed", "failing", "cancelling", "cancelled", "new-state"]) {
    assert.deepEqual(may(status, olga), []);
  }
  assert.deepEqual(may("moving", { user: "root", roles: ["admin"] }), []);
  assert.deepEqual(may("paused", { user: "jane.doe", roles: ["auditor"] }), ["cancel"]);
  assert.deepEqual(may("moving", null), []);
  assert.equal(maySend({ roles: ["auditor"] }), false);
  assert.equal(maySend(jane), true);
});

test("samples keep ten minutes, in order, and gaps stay gaps", () => {
  let samples = [];
  for (let at = 0; at < 900_000; at += 500) samples = withSample(samples, at, at === 600_000 ? null : 1e6);
  assert.ok(samples.length <= 1_500 && samples.at(-1).at - samples[0].at <= 600_000);
  assert.equal(withSample(samples, 5, 1), samples);
  assert.equal(withSample(samples, Number.NaN, 1), samples);
  const drawn = linesOf(withSample(samples, 960_000, 2e6), 600, 100);
  assert.equal(drawn.lines.length, 3, "one break where nothing moved, one where nothing was heard");
  assert.equal(drawn.top, 5e6);
  for (const [x, y] of drawn.lines.flat()) assert.ok(x >= 0 && x <= 600 && y >= 0 && y <= 100);
  assert.equal(linesOf([{ at: 1, rate: 1 }], 600, 100), null);
  assert.deepEqual(rangeOf([{ at: 1, rate: 4 }, { at: 2, rate: null }, { at: 3, rate: 2 }]), { least: 2, most: 4 });
  assert.equal(rangeOf([]), null);
  for (const rate of [0, 1, 1.9e6, 5e8, 9.9e12]) assert.ok(niceTop(rate) > rate);
});
