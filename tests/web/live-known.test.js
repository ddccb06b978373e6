// What is known of transfers, whatever happens to the messages on their way.

import assert from "node:assert/strict";
import test from "node:test";
import { shortest, splice } from "../../web/static/app/live/chunk-runs.js";
import { Known } from "../../web/static/app/live/known.js";
import { fromLive, onward } from "../../web/static/app/live/shown.js";
import { examples, transfer } from "./live-world.js";

const snapshot = (...transfers) => ({ type: "snapshot", transfers });
const delta = (...changes) => ({ type: "delta", changes });
const change = (seq, set, more = {}) => ({
  transfer_id: "t-1",
  epoch: "e1",
  seq,
  base: seq - 1,
  set,
  chunk_changes: null,
  ...more,
});

function knowing(fields = {}) {
  const known = new Known();
  known.hear(snapshot(transfer("t-1", fields)));
  return known;
}

test("rule 1: what is not known, or of another epoch, is asked for", () => {
  const nobody = new Known();
  assert.deepEqual(nobody.hear(delta(change(2, { percent: 1 }))), []);
  assert.deepEqual([...nobody.behind], ["t-1"]);
  const known = knowing();
  known.hear(delta(change(9, { percent: 9 }, { epoch: "e2", base: 1 })));
  assert.deepEqual([...known.behind], ["t-1"]);
  assert.equal(known.get("t-1").percent, 0);
});

test("rule 2: what came twice, or was overtaken, is skipped", () => {
  const known = knowing({ seq: 5, percent: 50 });
  assert.deepEqual(known.hear(delta(change(5, { percent: 1 }), change(4, { percent: 2 }))), []);
  assert.equal(known.get("t-1").percent, 50);
  assert.equal(known.behind.size, 0);
});

test("rule 3: what begins further on is asked for, with the position", () => {
  const known = knowing();
  known.hear(delta(change(3, { percent: 3 })));
  assert.deepEqual([...known.behind], ["t-1"]);
  assert.deepEqual(known.positions(), [{ transfer_id: "t-1", epoch: "e1", seq: 1 }]);
});

test("rule 4: changed chunks are for those at exactly base", () => {
  const chunk_changes = [{ first: 0, runs: "1d" }];
  const known = knowing({ seq: 2 });
  known.hear(delta(change(3, {}, { base: 1, chunk_changes })));
  assert.deepEqual([...known.behind], ["t-1"]);
  known.hear(delta(change(3, {}, { base: 2, chunk_changes })));
  assert.equal(known.get("t-1").chunk_runs, "1d99w");
  assert.equal(known.behind.size, 0);
});

test("rule 5: values are whole, a missing one stays, and null is null", () => {
  const known = knowing();
  known.hear(delta(change(4, { percent: 4, eta: null }, { base: 1 })));
  const after = known.get("t-1");
  assert.deepEqual([after.seq, after.percent, after.eta, after.lanes], [4, 4, null, 4]);
});

test("an overtaken snapshot is ignored, any other one takes the place", () => {
  const known = knowing({ seq: 5, percent: 50 });
  known.hear(snapshot(transfer("t-1", { seq: 4, percent: 40 })));
  assert.equal(known.get("t-1").percent, 50);
  known.hear(snapshot(transfer("t-1", { epoch: "e2", seq: 1, percent: 10 })));
  assert.equal(known.get("t-1").percent, 10);
});

test("a list does not take details away", () => {
  const known = knowing();
  known.hear(snapshot(transfer("t-1", { chunk_runs: null })));
  assert.equal(known.get("t-1").chunk_runs, "100w");
});

test("changed chunks that do not fit are asked for from the beginning", () => {
  for (const fields of [{}, { chunk_runs: null }]) {
    const known = knowing(fields);
    known.hear(delta(change(2, {}, { chunk_changes: [{ first: 99, runs: "2m" }] })));
    assert.deepEqual([...known.behind], ["t-1"]);
    assert.deepEqual(known.positions(), []);
  }
});

test("what was not asked for is not taken in", () => {
  const known = new Known((id) => id === "t-2");
  known.hear(snapshot(transfer("t-1"), transfer("t-2")));
  assert.deepEqual([known.has("t-1"), known.has("t-2")], [false, true]);
});

test("the published examples lead from one to the next", () => {
  const known = new Known();
  const [first] = examples("snapshot").map(([, message]) => message);
  known.hear(first);
  const [{ transfer_id: id }] = first.transfers;
  for (const [, message] of examples("delta")) known.hear(message);
  assert.equal(known.get(id).status, "completed");
  assert.equal(known.get(id).chunk_runs, "20d");
});

test("runs are changed as runs, also of billions of chunks", () => {
  assert.equal(splice("6d2m12w", 6, "1d2m"), "7d2m11w");
  assert.equal(splice("9999999999w", 9_999_999_998, "1m"), "9999999998w1m");
  assert.equal(splice("3d3w", 0, "6w"), "6w");
  assert.equal(shortest("1d2d3w"), "3d3w");
});

/** A service that remembers which field changed at which seq, and all it could have sent. */
class Service {
  constructor(random) {
    this.random = random;
    this.now = transfer();
    this.changedAt = new Map();
    this.messages = [snapshot(this.now)];
    this.epochs = 1;
  }

  step() {
    const kind = Math.floor(this.random() * 4);
    if (kind === 0 && this.random() < 0.3) return this.beginAnew();
    const done = Math.min(100, this.now.chunks.done + 1);
    const runs = done < 100 ? `${done}d${100 - done}w` : "100d";
    const chunks = { total: 100, done, proven: 0 };
    if (kind === 1) return this.change({ lanes: Math.floor(this.random() * 9) });
    const moved = { percent: done, bytes_done: done * 10, chunks, chunk_runs: runs };
    return this.change(moved, kind === 2 ? [{ first: 0, runs }] : null);
  }

  change(fields, chunk_changes = null) {
    const before = this.now.seq;
    this.now = { ...this.now, ...fields, seq: before + 1 };
    for (const name of Object.keys(fields)) this.changedAt.set(name, this.now.seq);
    if (chunk_changes) this.messages.push(delta(this.delta(before, chunk_changes)));
    else for (let base = Math.max(1, before - 2); base <= before; base += 1) this.tell(base);
  }

  beginAnew() {
    this.epochs += 1;
    this.now = { ...this.now, epoch: `e${this.epochs}`, seq: 1 };
    this.changedAt.clear();
    this.messages.push(snapshot(this.now));
  }

  tell(base) {
    this.messages.push(delta(this.delta(base)));
  }

  delta(base, chunk_changes = null) {
    const names = [...this.changedAt].filter(([, seq]) => seq > base).map(([name]) => name);
    const set = Object.fromEntries(names.map((name) => [name, this.now[name]]));
    if (chunk_changes) delete set.chunk_runs;
    return { ...change(this.now.seq, set, { base, chunk_changes }), epoch: this.now.epoch };
  }

  /** The answer to a subscription. */
  answer(position) {
    if (position?.epoch !== this.now.epoch) return snapshot(this.now);
    return position.seq < this.now.seq ? delta(this.delta(position.seq)) : snapshot();
  }
}

/** The same numbers each time: mulberry32. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("whatever is lost, doubled or late, a new subscription makes it right", () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = seeded(seed);
    const service = new Service(random);
    for (let step = 0; step < 12; step += 1) service.step();
    const known = new Known();
    let shown;
    for (let turn = 0; turn < 30; turn += 1) {
      const message = service.messages[Math.floor(random() * service.messages.length)];
      for (const live of known.hear(message)) {
        const after = onward(shown, fromLive(live));
        assert.ok(!shown || after.bytes_done >= shown.bytes_done, `seed ${seed}: backwards`);
        shown = after;
      }
    }
    known.hear(service.answer(known.positions()[0]));
    const end = known.get("t-1");
    const right = { ...service.now, chunk_runs: shortest(service.now.chunk_runs) };
    assert.deepEqual({ ...end, chunk_runs: shortest(end.chunk_runs) }, right, `seed ${seed}`);
  }
});
