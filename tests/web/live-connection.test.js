// How the connection is kept, lost and had again.

import assert from "node:assert/strict";
import test from "node:test";
import { Problem, World, transfer } from "./live-world.js";

async function streaming(fields = {}) {
  const world = new World();
  world.states.set("t-1", transfer("t-1", fields));
  const watch = world.live.watchTransfer("t-1");
  await world.pass(20);
  world.answer(transfer("t-1", fields));
  await world.pass(100);
  return { world, watch };
}

for (const code of [1000, 1001, 1006, 1011, 1012, 4000]) {
  test(`after close code ${code} it connects with a new ticket and says where it was`, async () => {
    const { world } = await streaming();
    world.socket.onclose({ code });
    assert.equal(world.live.link.value, "lost");
    await world.pass(1_100);
    assert.equal(world.sockets.length, 2);
    assert.notEqual(world.sockets[0].url, world.sockets[1].url);
    assert.deepEqual(world.asked()[0].known, [{ transfer_id: "t-1", epoch: "e1", seq: 1 }]);
    world.tell("delta", { request_id: world.asked()[0].request_id, changes: [], more: false });
    assert.equal(world.live.link.value, "stream");
  });
}

test("after 1009 it asks without positions: with them the message was too large", async () => {
  const { world } = await streaming();
  world.socket.onclose({ code: 1009 });
  await world.pass(1_100);
  assert.deepEqual(world.asked()[0].known, []);
});

test("connections that answered something before they broke are not blocked", async () => {
  const world = new World();
  world.live.watchList("all");
  world.live.watchTransfer("t-1");
  for (let times = 0; times < 3; times += 1) {
    await world.pass(2_100);
    world.answer(transfer());
    world.socket.onclose({ code: 1006 });
  }
  assert.equal(world.live.link.value, "lost");
});

test("it waits twice as long after each failure, 30 s at most", async () => {
  const { world } = await streaming();
  world.isDown = true;
  world.socket.onclose({ code: 1006 });
  await world.pass(120_000);
  const tries = world.callsTo("POST /api/ws-ticket").map(([at]) => at).slice(1);
  const waits = tries.slice(1).map((at, number) => at - tries[number]);
  assert.deepEqual(waits.slice(0, 6), [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]); // half of each
});

test("a session that is over ends all, and the session is told once", async () => {
  const { world, watch } = await streaming();
  world.tell("error", { code: "session_over", message: "Log in.", closing: true });
  assert.equal(world.sessionsOver, 1);
  assert.ok(world.socket.isClosed);
  const calls = world.calls.length;
  watch.close();
  await world.pass(300_000);
  assert.equal(world.calls.length, calls);
  assert.equal(world.sessionsOver, 1);
});

test("who signs in after that is shown nothing of before, and is told anew", async () => {
  const { world } = await streaming();
  world.tell("error", { code: "session_over", message: "Log in.", closing: true });
  const watch = world.live.watchTransfer("t-1");
  assert.equal(watch.shown.value, null);
  await world.pass(20);
  assert.deepEqual(world.asked()[0].known, []);
  world.answer(transfer());
  await world.pass(100);
  assert.equal(watch.shown.value.status, "moving");
});

test("a ticket that is refused because nobody is signed in ends all", async () => {
  const world = new World();
  world.refusal = new Problem(401);
  world.live.watchList("mine");
  await world.pass(100_000);
  assert.equal(world.sessionsOver, 1);
  assert.equal(world.calls.length, 1);
});

test("another closing error leads to a new connection", async () => {
  const { world } = await streaming();
  world.tell("error", { code: "rights_changed", message: "Connect again.", closing: true });
  assert.ok(world.socket.isClosed);
  await world.pass(1_100);
  assert.equal(world.sockets.length, 2);
  assert.equal(world.sessionsOver, 0);
});

test("a quiet connection is pinged and kept", async () => {
  const { world } = await streaming({ status: "paused", rate_bytes_per_second: null });
  for (let times = 0; times < 4; times += 1) {
    await world.pass(30_500);
  }
  assert.equal(world.sockets.length, 1);
  assert.equal(world.asked("ping").length, 4);
});

test("a line that is dead while something moves is given up after 10 s", async () => {
  const { world } = await streaming();
  world.isDead = true;
  await world.pass(9_500);
  assert.equal(world.asked("ping").length, 1);
  assert.equal(world.live.link.value, "stream");
  await world.pass(2_500);
  assert.equal(world.sockets.length, 2);
});

test("a subscription that nobody answers is tried on another connection", async () => {
  const world = new World();
  world.live.watchList("mine");
  await world.pass(7_500);
  assert.ok(world.sockets.length >= 2);
});

test("at most 16 questions are asked within 10 s, and the rest together after that", async () => {
  const { world } = await streaming();
  for (let number = 0; number < 60; number += 1) {
    world.live.watchTransfer(`n-${number}`);
    world.answer();
  }
  assert.equal(world.asked().length, 16);
  await world.pass(10_500);
  assert.equal(world.asked().length, 17);
  assert.equal(new Set(world.asked().flatMap((each) => each.transfers)).size, 61);
});

test("seconds of silence are told while it is too long", async () => {
  const { world } = await streaming();
  world.isDead = true;
  world.isDown = true;
  const seen = [];
  world.live.silence.subscribe((seconds) => seen.push(seconds));
  await world.pass(14_000);
  assert.deepEqual(seen.slice(0, 4), [0, 10, 11, 12]);
  world.isDown = world.isDead = false;
  await world.pass(10_000);
  world.answer(transfer());
  await world.pass(1_100);
  assert.equal(world.live.silence.value, 0);
});

test("nothing is told of the silence between two heartbeats while nothing moves", async () => {
  const { world } = await streaming({ status: "completed" });
  const seen = [];
  world.live.silence.subscribe((seconds) => seen.push(seconds));
  await world.pass(70_000);
  assert.deepEqual(seen, [0]);
});

test("when the network is back it connects at once", async () => {
  const { world } = await streaming();
  world.isDown = true;
  world.socket.onclose({ code: 1006 });
  await world.pass(60_000);
  const tries = world.callsTo("POST").length;
  world.isDown = false;
  world.page.dispatchEvent(new Event("online"));
  await world.pass(10);
  assert.equal(world.callsTo("POST").length, tries + 1);
  assert.equal(world.sockets.length, 2);
});

test("whoever looks at the page again finds out at once whether the line is dead", async () => {
  const { world } = await streaming({ status: "paused", rate_bytes_per_second: null });
  world.isDead = true;
  world.page.show(false);
  world.page.show(true);
  assert.equal(world.asked("ping").length, 1);
  await world.pass(5_300);
  assert.equal(world.live.link.value, "lost");
});

test("a frame that is larger than any of the service's ends the connection", async () => {
  const { world } = await streaming();
  world.socket.onmessage({ data: "x".repeat(2 ** 20 + 1) });
  assert.ok(world.socket.isClosed);
  assert.equal(world.live.link.value, "lost");
});

test("an address that is none of a WebSocket is not opened", async () => {
  const world = new World();
  world.ticketUrl = "https://live.example/";
  world.live.watchList("mine");
  await world.pass(100);
  assert.equal(world.sockets.length, 0);
});

test("closing ends everything", async () => {
  const { world } = await streaming();
  world.live.close();
  const calls = world.calls.length;
  await world.pass(100_000);
  assert.equal(world.calls.length, calls);
  assert.deepEqual(world.clock.timers, []);
});
