// The stream: subscriptions, what is shown of it, and how it is kept.

import assert from "node:assert/strict";
import test from "node:test";
import { World, iso, transfer, viewOf } from "./live-world.js";

async function watching(...transfers) {
  const world = new World();
  for (const each of transfers) world.states.set(each.transfer_id, each);
  const watch = world.live.watchTransfer(transfers[0].transfer_id);
  await world.pass(20);
  world.answer(...transfers);
  await world.pass(100);
  return { world, watch };
}

test("a transfer is shown as the stream tells it", async () => {
  const { world, watch } = await watching(transfer());
  assert.equal(world.live.link.value, "stream");
  assert.equal(new URL(world.socket.url).searchParams.get("ticket"), "ticket-1");
  world.delta("t-1", 2, { percent: 10, bytes_done: 100 });
  await world.pass(100);
  assert.equal(watch.shown.value.percent, 10);
  assert.equal(watch.shown.value.eta_text, "20 s");
  assert.equal(watch.shown.value.chunk_runs, "100w");
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
