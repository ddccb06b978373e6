// What the stream tells, and what it does not know.

import assert from "node:assert/strict";
import test from "node:test";
import { World, iso, transfer, viewOf } from "./live-world.js";

/** A world whose stream has told of these transfers; the first one is watched by id. */
async function watching(...transfers) {
  const world = new World();
  for (const each of transfers) world.states.set(each.transfer_id, each);
  const watch = world.live.watchTransfer(transfers[0].transfer_id);
  await world.pass(20);
  world.answer(...transfers);
  await world.pass(100);
  return { world, watch };
}

async function listing(scope, transfers, world = new World()) {
  const list = world.live.watchList(scope);
  await world.pass(20);
  world.answer(...transfers);
  await world.pass(100);
  return { world, list };
}

test("a transfer is shown as the stream tells it", async () => {
  const { world, watch } = await watching(transfer());
  assert.equal(world.live.link.value, "stream");
  assert.equal(new URL(world.socket.url).searchParams.get("ticket"), "ticket-1");
  world.delta("t-1", 2, { percent: 10, bytes_done: 100 });
  await world.pass(100);
  assert.equal(watch.shown.value.percent, 10);
  assert.equal(watch.shown.value.chunk_runs, "100w");
});

test("the REST API tells of a transfer before the stream does", async () => {
  const world = new World();
  world.states.set("t-1", transfer());
  const watch = world.live.watchTransfer("t-1");
  await world.pass(100);
  assert.equal(watch.shown.value.status, "moving");
  assert.equal(world.callsTo("GET /api/transfer/t-1").length, 1);
});

test("a list is ready when its whole answer has come", async () => {
  const world = new World();
  const list = world.live.watchList("all");
  await world.pass(20);
  const { request_id, scope, known } = world.asked()[0];
  assert.deepEqual([scope, known], ["all", []]);
  world.tell("snapshot", { request_id, transfers: [transfer("a")], more: true });
  await world.pass(100);
  assert.deepEqual([list.rows.value.size, list.ready.value], [1, false]);
  world.tell("delta", { request_id, changes: [], more: false });
  await world.pass(0);
  assert.equal(list.ready.value, true);
});

test("two screens that watch the same ask once, and the last one ends it", async () => {
  const { world, list } = await listing("all", [transfer("a")]);
  const other = world.live.watchList("all");
  const single = world.live.watchTransfer("a");
  await world.pass(50);
  world.answer(transfer("a"));
  assert.equal(other.rows, list.rows);
  list.close();
  list.close();
  await world.pass(20_000);
  assert.equal(world.asked("unsubscribe").length, 0);
  other.close();
  await world.pass(6_000);
  assert.deepEqual(world.asked("unsubscribe"), [{ action: "unsubscribe", scope: "all" }]);
  single.close();
  await world.pass(6_000);
  assert.ok(world.socket.isClosed);
});

test("a screen that comes soon finds what the one before it watched", async () => {
  const { world, list } = await listing("all", [transfer("a")]);
  list.close();
  await world.pass(2_000);
  const next = world.live.watchList("all");
  assert.deepEqual([next.rows.value.size, next.ready.value], [1, true]);
  await world.pass(10_000);
  assert.equal(world.asked().length, 1);
});

test("the list of mine holds mine alone, whatever else is watched", async () => {
  const world = new World({ user: () => "ana" });
  const mine = world.live.watchList("mine");
  const { list: all } = await listing("all", [], world);
  world.answer(transfer("a"));
  world.tell("snapshot", { transfers: [transfer("b", { owner: "bo" }), transfer("c")] });
  await world.pass(100);
  assert.deepEqual([...mine.rows.value.keys()], ["a", "c"]);
  assert.deepEqual([...all.rows.value.keys()], ["a", "b", "c"]);
});

test("an old end that somebody names is in no list", async () => {
  const { world, list } = await listing("all", [transfer("a")]);
  const old = transfer("old", { status: "completed", finished_at: iso() });
  world.states.set("old", old);
  const watch = world.live.watchTransfer("old");
  await world.pass(300);
  world.answer(old);
  await world.pass(100);
  assert.equal(watch.shown.value.status, "completed");
  assert.deepEqual([...list.rows.value.keys()], ["a"]);
});

test("what was missed is asked for once, with the position", async () => {
  const { world, watch } = await watching(transfer());
  world.delta("t-1", 4, { percent: 40 });
  world.delta("t-1", 5, { percent: 50 });
  await world.pass(400);
  assert.equal(world.asked().length, 2);
  assert.deepEqual(world.asked()[1].known, [{ transfer_id: "t-1", epoch: "e1", seq: 1 }]);
  const { request_id } = world.asked()[1];
  const change = { transfer_id: "t-1", epoch: "e1", seq: 5, base: 1, set: { percent: 50 } };
  world.tell("delta", { request_id, changes: [change], recovered: true, more: false });
  await world.pass(100);
  assert.equal(watch.shown.value.percent, 50);
});

test("only what was told by id is named with its position when it is watched by id", async () => {
  const { world } = await listing("all", [transfer("a", { chunk_runs: null })]);
  const watch = world.live.watchTransfer("a");
  await world.pass(50);
  assert.deepEqual(world.asked().at(-1), {
    action: "subscribe",
    request_id: "s2",
    transfers: ["a"],
    known: [],
  });
  world.answer(transfer("a"));
  await world.pass(100);
  assert.equal(watch.shown.value.chunk_runs, "100w");
});

test("there is no transfer when both say so, and one that comes later is shown", async () => {
  const world = new World();
  const watch = world.live.watchTransfer("t-1");
  await world.pass(20);
  const gone = { transfer_ids: ["t-1"], code: "transfer_not_found", message: "None.", more: false };
  world.tell("gone", { request_id: world.asked()[0].request_id, ...gone });
  await world.pass(500);
  assert.equal(watch.missing.value, true);
  world.tell("snapshot", { transfers: [transfer()] });
  await world.pass(100);
  assert.deepEqual([watch.missing.value, watch.shown.value.status], [false, "moving"]);
});

test("what only the REST API knows is looked at until the stream tells of it", async () => {
  const world = new World();
  world.states.set("t-1", transfer("t-1", { status: "requested", rate_bytes_per_second: null }));
  const watch = world.live.watchTransfer("t-1");
  await world.pass(20);
  const gone = { transfer_ids: ["t-1"], code: "transfer_not_found", message: "None.", more: false };
  world.tell("gone", { request_id: world.asked()[0].request_id, ...gone });
  await world.pass(10_000);
  const looks = world.callsTo("GET /api/transfer/t-1").length;
  assert.ok(looks >= 4 && looks <= 8, `${looks} looks`);
  assert.deepEqual([watch.missing.value, watch.shown.value.status], [false, "requested"]);
  world.tell("snapshot", { transfers: [transfer()] });
  await world.pass(10_000);
  assert.ok(world.callsTo("GET /api/transfer/t-1").length <= looks + 1);
});

test("an end of the run before is not believed", async () => {
  const world = new World();
  world.states.set("t-1", transfer("t-1", { run: 2, seq: 5 }));
  const watch = world.live.watchTransfer("t-1");
  const seen = [];
  watch.shown.subscribe((shown) => shown && seen.push(shown.run));
  await world.pass(20);
  world.answer(transfer("t-1", { status: "failed", finished_at: iso() }));
  await world.pass(5_000);
  assert.deepEqual([...new Set(seen)], [2]);
});

test("a stream that is behind the REST API is not believed", async () => {
  const end = { status: "failed", rate_bytes_per_second: null, finished_at: iso() };
  const failed = transfer("t-1", end);
  const { world, watch } = await watching(failed);
  assert.equal(watch.shown.value.status, "failed");
  const retried = transfer("t-1", { run: 2, status: "requested", rate_bytes_per_second: null });
  world.states.set("t-1", retried);
  world.live.put(viewOf(retried));
  assert.deepEqual([watch.shown.value.run, watch.shown.value.status], [2, "requested"]);
  const before = world.callsTo("GET").length;
  world.states.set("t-1", { ...retried, status: "moving", percent: 3, seen_at: iso(9) });
  await world.pass(5_000);
  assert.equal(watch.shown.value.percent, 3);
  assert.ok(world.callsTo("GET").length > before);
});

test("a view that a call answered is shown at once, and never backwards", async () => {
  const { world, list } = await listing("all", [transfer("a", { percent: 50, bytes_done: 500 })]);
  world.live.put(viewOf(transfer("a", { percent: 40, status: "paused", seen_at: iso(1) })));
  const { status, percent } = list.rows.value.get("a");
  assert.deepEqual([status, percent], ["paused", 50]);
  world.live.put(viewOf(transfer("new", { status: "requested" })));
  assert.equal(list.rows.value.get("new").status, "requested");
  world.live.put({ id: 7 });
  world.live.put(viewOf(transfer("old", { status: "failed", finished_at: iso() })));
  assert.equal(list.rows.value.size, 2);
});

test("what vanished from a list while nobody listened is looked at", async () => {
  const { world, list } = await listing("all", [transfer("a"), transfer("b")]);
  world.states.set("a", transfer("a", { status: "completed", finished_at: iso(9) }));
  world.live.put(viewOf(transfer("c", { status: "requested" })));
  world.states.set("c", transfer("c", { status: "failed", finished_at: iso(9) }));
  world.socket.onclose({ code: 1006 });
  await world.pass(2_000);
  const named = world.asked()[0].known.map((each) => each.transfer_id);
  assert.deepEqual(named.sort(), ["a", "b"]);
  world.answer();
  await world.pass(3_000);
  assert.equal(list.rows.value.get("c").status, "failed");
});

test("who may not see everybody's list is told why, and shown nothing", async () => {
  const world = new World();
  const list = world.live.watchList("all");
  await world.pass(20);
  const { request_id } = world.asked()[0];
  const said = { code: "role_missing", message: "Ask for mine.", closing: false };
  world.tell("error", { request_id, ...said });
  await world.pass(100);
  assert.deepEqual([list.refused.value, list.ready.value], ["Ask for mine.", false]);
  assert.equal(world.live.link.value, "stream");
});

test("transfers that find no room on the connection are looked at", async () => {
  const world = new World();
  world.states.set("t-1", transfer());
  const watch = world.live.watchTransfer("t-1");
  await world.pass(20);
  const { request_id } = world.asked()[0];
  const said = { code: "too_many_subscriptions", message: "Too many.", closing: false };
  world.tell("error", { request_id, ...said });
  world.states.set("t-1", transfer("t-1", { percent: 70 }));
  await world.pass(4_000);
  assert.equal(watch.shown.value.percent, 70);
});

test("a newer version of the service says that the page has to be loaded again", async () => {
  const { world, watch } = await watching(transfer());
  world.socket.onmessage({ data: JSON.stringify({ version: 2, type: "snapshot", transfers: 3 }) });
  assert.equal(world.live.outdated.value, true);
  assert.equal(watch.shown.value.status, "moving");
});

test("garbage changes nothing", async () => {
  const { world, watch } = await watching(transfer());
  const before = watch.shown.value;
  const long = "x".repeat(2 ** 20);
  for (const data of ["{", "[]", "null", '{"version":1}', new ArrayBuffer(8), long]) {
    world.socket.onmessage({ data });
  }
  await world.pass(200);
  assert.equal(watch.shown.value, before);
  assert.equal(world.live.link.value, "stream");
});
