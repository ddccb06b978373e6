// A transfer as it is shown: from two APIs, never backwards, and how old that is.

import assert from "node:assert/strict";
import test from "node:test";
import { Board } from "../../web/static/app/live/board.js";
import { microseconds } from "../../web/static/app/live/instants.js";
import { fromLive, fromRest, onward } from "../../web/static/app/live/shown.js";
import { staleFor } from "../../web/static/app/live/stale.js";
import { Clock, iso, summaryOf, transfer, viewOf } from "./live-world.js";

const shown = (fields) => fromLive(transfer("t-1", fields));

test("both APIs show the same transfer", () => {
  const eta = { text: "19 s", low_seconds: 19 };
  const live = transfer("t-1", { percent: 50, bytes_done: 500, eta });
  const { destination, chunk_runs, ...one } = fromLive(live);
  const { destination: named, chunk_runs: none, ...other } = fromRest(viewOf(live));
  assert.deepEqual(one, other);
  assert.equal(destination.id, named.id);
});

test("a row of a list says how much was moved only when all is", () => {
  assert.equal(fromRest(summaryOf(transfer())).bytes_done, null);
  const whole = fromRest(summaryOf(transfer("t-1", { status: "completed" })));
  assert.deepEqual([whole.bytes_done, whole.percent], [1_000, 100]);
});

test("an answer that is no transfer shows nothing", () => {
  for (const each of [null, {}, [], "t-1", { ...viewOf(transfer()), status: "resting" }]) {
    assert.equal(fromRest(each), null);
  }
});

test("within a run nothing goes backwards, and a new run begins anew", () => {
  const far = shown({ percent: 50, bytes_done: 500, chunks: { total: 100, done: 50, proven: 0 } });
  const near = onward(far, shown({ percent: 40, bytes_done: 400 }));
  assert.deepEqual([near.bytes_done, near.percent, near.chunks.done], [500, 50, 50]);
  const again = shown({ run: 2 });
  assert.deepEqual(onward(far, again), again);
  assert.equal(onward(again, far), again);
});

test("an end stays the end of its run", () => {
  const ended = shown({ status: "completed", percent: 100 });
  assert.equal(onward(ended, shown({ percent: 99 })), ended);
  assert.equal(onward(ended, shown({ run: 2 })).status, "moving");
});

test("a state that was seen earlier does not come back, also within a millisecond", () => {
  const earlier = shown({ status: "requested", seen_at: "2026-11-02T12:00:00Z" });
  const later = shown({ status: "moving", seen_at: "2026-11-02T12:00:00.000001Z" });
  assert.equal(onward(later, earlier).status, "moving");
  assert.equal(onward(later, earlier).seen_at, later.seen_at);
  assert.equal(onward(earlier, later).status, "moving");
  assert.ok(microseconds("2026-11-02T12:00:00Z") < microseconds("2026-11-02T12:00:00.5Z"));
});

test("what is being cancelled does not move again before it has ended", () => {
  const cancelling = fromRest({ ...viewOf(transfer()), status: "cancelling" });
  const later = shown({ seen_at: iso(5) });
  assert.equal(onward(cancelling, later).status, "cancelling");
  assert.equal(onward(cancelling, shown({ status: "cancelled" })).status, "cancelled");
});

test("what is not new stays the same object, and equal parts do, too", () => {
  const one = shown();
  assert.equal(onward(one, shown()), one);
  const other = onward(one, shown({ percent: 3 }));
  assert.notEqual(other, one);
  assert.equal(other.source, one.source);
  assert.ok(Object.isFrozen(other));
});

test("the REST API takes no name and no chunks away", () => {
  const chunks = { total: 100, done: 40, proven: 0 };
  const live = transfer("t-1", { chunk_runs: "40d60w", chunks });
  const same = onward(fromLive(live), fromRest(viewOf(live)));
  assert.equal(same.destination.name, "Bank");
  assert.equal(same.chunk_runs, "40d60w");
  const more = { ...live, chunks: { total: 100, done: 41, proven: 0 } };
  assert.equal(onward(same, fromRest(viewOf(more))).chunk_runs, null);
});

/** As much of the live client as staleFor needs. */
function liveOf(link = "stream") {
  const clock = new Clock();
  const board = new Board(clock);
  const live = {
    link: { value: link },
    beat: { value: 0 },
    unheardFor: (id) => board.unheardFor(id),
    silentFor: () => board.silence(),
  };
  return { clock, board, live, stale: () => staleFor(board.shown.get("t-1"), live) };
}

test("figures are old after two heartbeats", () => {
  const { clock, board, stale } = liveOf();
  board.see(shown());
  clock.time += 9_000;
  assert.equal(stale(), null);
  clock.time += 3_000;
  assert.equal(stale(), 12);
});

test("figures that were old when they came are old", () => {
  const { board, stale } = liveOf();
  board.see(shown(), 25);
  assert.equal(stale(), 25);
});

test("what does not move is old only without a connection", () => {
  const { clock, board, live, stale } = liveOf();
  board.see(shown({ status: "paused", rate_bytes_per_second: null }));
  clock.time += 60_000;
  assert.equal(stale(), null);
  live.link.value = "lost";
  assert.equal(stale(), 60);
});

test("what has ended is never old", () => {
  const { clock, board, stale } = liveOf("lost");
  board.see(shown({ status: "completed" }));
  clock.time += 60_000;
  assert.equal(stale(), null);
});

test("the service's time is the one that it told, carried on by our clock", () => {
  const { clock, board } = liveOf();
  assert.equal(board.serviceNow(), null);
  board.heard(iso());
  clock.time += 5_000;
  assert.equal(board.serviceNow().toISOString(), iso(5));
});

test("files are counted while a transfer of many moves, and stay known at its end", async () => {
  const { filesOf } = await import("../../web/static/app/screens/transfer/figures.js");
  const files = { total: 2000, done: 1201, failed: 3, skipped: 3 };
  const moving = onward(undefined, shown({ files }));
  assert.equal(filesOf(moving), "1,204 of 2,000 files, 3 failed");
  assert.equal(filesOf(onward(moving, shown({ status: "failed", files: null }))), "1,204 of 2,000 files, 3 failed");
  assert.equal(filesOf(shown()), "");
});
