// Where WebSocket connections do not get through.

import assert from "node:assert/strict";
import test from "node:test";
import { staleFor } from "../../web/static/app/live/live.js";
import { Problem, World, iso, transfer } from "./live-world.js";

function blocked(...transfers) {
  const world = new World();
  world.isBlocked = true;
  for (const each of transfers) world.states.set(each.transfer_id, each);
  return world;
}

const resting = { status: "requested", rate_bytes_per_second: null };

test("after two connections in a row that told nothing it polls, and says so", async () => {
  const world = blocked(transfer());
  const watch = world.live.watchTransfer("t-1");
  await world.pass(3_000);
  assert.deepEqual([world.sockets.length, world.live.link.value], [2, "polling"]);
  world.states.set("t-1", transfer("t-1", { percent: 60, bytes_done: 600, seen_at: iso(4) }));
  await world.pass(2_500);
  assert.equal(watch.shown.value.percent, 60);
  assert.equal(staleFor(watch.shown.value, world.live), null);
});

test("a connection that is closed at once is blocked, too", async () => {
  const world = blocked(transfer());
  world.isBlocked = false;
  world.live.watchTransfer("t-1");
  for (let times = 0; times < 2; times += 1) {
    await world.pass(10);
    world.socket.onclose({ code: 1006 });
    await world.pass(1_500);
  }
  assert.equal(world.live.link.value, "polling");
});

test("an end is seen, and nobody asks any more", async () => {
  const world = blocked(transfer());
  const watch = world.live.watchTransfer("t-1");
  await world.pass(10_000);
  const end = { status: "completed", percent: 100, finished_at: iso(9) };
  world.states.set("t-1", transfer("t-1", end));
  await world.pass(3_000);
  assert.equal(watch.shown.value.status, "completed");
  const calls = world.callsTo("GET").length;
  await world.pass(50_000);
  assert.equal(world.callsTo("GET").length, calls);
});

test("a list is read every 5 s, and those that vanish from it are looked at", async () => {
  const world = blocked(transfer("a", resting), transfer("b", resting));
  const list = world.live.watchList("all");
  await world.pass(4_000);
  assert.deepEqual([list.ready.value, [...list.rows.value.keys()]], [true, ["a", "b"]]);
  const [, , , query] = world.callsTo("GET /api/transfer")[0];
  assert.deepEqual(query, { state: "active", limit: 200, owner: "*", cursor: null });
  const before = world.callsTo("GET").length;
  await world.pass(30_000);
  assert.equal(world.callsTo("GET").length - before, 6);
  world.states.set("a", transfer("a", { status: "failed", finished_at: iso(50) }));
  world.states.set("c", transfer("c", resting));
  await world.pass(7_000);
  assert.deepEqual([...list.rows.value.values()].map(({ status }) => status), [
    "failed",
    "requested",
    "requested",
  ]);
});

test("a list of many pages is read whole before anything counts as vanished", async () => {
  const many = Array.from({ length: 450 }, (_, number) => transfer(`n-${number}`, resting));
  const world = blocked(...many);
  const list = world.live.watchList("mine");
  await world.pass(20_000);
  assert.deepEqual([list.rows.value.size, list.ready.value], [450, true]);
  assert.equal(world.callsTo("GET /api/transfer/").length, 0);
});

for (const number of [1, 50, 1_000]) {
  test(`with ${number} transfers it makes some 40 calls a minute at most`, async () => {
    const many = Array.from({ length: number }, (_, each) => transfer(`n-${each}`));
    const world = blocked(...many);
    world.live.watchList("all");
    for (const { transfer_id } of many.slice(0, 20)) world.live.watchTransfer(transfer_id);
    await world.pass(30_000);
    const before = world.calls.length;
    await world.pass(60_000);
    assert.ok(world.calls.length - before <= 44, `${world.calls.length - before} calls`);
    assert.ok(world.callsTo("GET /api/transfer/n-0").length > 0);
  });
}

test("a page that nobody sees asks less", async () => {
  const world = blocked(transfer());
  world.live.watchTransfer("t-1");
  await world.pass(10_000);
  world.page.show(false);
  const before = world.callsTo("GET").length;
  await world.pass(60_000);
  assert.ok(world.callsTo("GET").length - before <= 6);
});

test("it waits as long as it is told to", async () => {
  const world = blocked(transfer());
  world.live.watchTransfer("t-1");
  await world.pass(10_000);
  world.refusal = new Problem(429, 20);
  await world.pass(3_000);
  const before = world.callsTo("GET").length;
  await world.pass(16_000);
  assert.equal(world.callsTo("GET").length, before);
  world.refusal = null;
  await world.pass(6_000);
  assert.ok(world.callsTo("GET").length > before);
  assert.equal(world.live.link.value, "polling");
});

test("it is lost when the REST API does not answer either, until it does", async () => {
  const world = blocked(transfer());
  const watch = world.live.watchTransfer("t-1");
  await world.pass(5_000);
  world.isDown = true;
  await world.pass(20_000);
  assert.equal(world.live.link.value, "lost");
  assert.ok(staleFor(watch.shown.value, world.live) > 10);
  world.isDown = false;
  await world.pass(6_000);
  assert.equal(world.live.link.value, "polling");
});

test("a call that hangs holds nothing up for longer than 10 s", async () => {
  const world = blocked(transfer());
  const watch = world.live.watchTransfer("t-1");
  await world.pass(5_000);
  world.isHanging = true;
  await world.pass(3_000);
  world.isHanging = false;
  world.states.set("t-1", transfer("t-1", { percent: 80 }));
  await world.pass(18_000);
  assert.equal(watch.shown.value.percent, 80);
});

test("the stream is tried again every minute, and tells from then on", async () => {
  const world = blocked(transfer());
  const watch = world.live.watchTransfer("t-1");
  await world.pass(10_000);
  world.isBlocked = false;
  await world.pass(55_000);
  assert.equal(world.sockets.length, 3);
  world.answer(transfer("t-1", { percent: 90 }));
  await world.pass(100);
  assert.deepEqual([world.live.link.value, watch.shown.value.percent], ["stream", 90]);
  const calls = world.callsTo("GET").length;
  await world.pass(4_000);
  assert.equal(world.callsTo("GET").length, calls);
});

test("who may not see a list by the REST API is told so", async () => {
  const world = blocked();
  const list = world.live.watchList("all");
  world.listRefusal = new Problem(403);
  await world.pass(10_000);
  assert.equal(list.refused.value, "HTTP 403");
  assert.equal(world.callsTo("GET").length, 1);
});
