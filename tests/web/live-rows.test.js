// Lists of many transfers: what they cost, and where they end.

import assert from "node:assert/strict";
import test from "node:test";
import { World, iso, transfer } from "./live-world.js";

async function listing(transfers) {
  const world = new World();
  const list = world.live.watchList("all");
  await world.pass(20);
  for (let at = 0; at < transfers.length; at += 100) {
    const { request_id } = world.asked()[0];
    world.tell("snapshot", { request_id, transfers: transfers.slice(at, at + 100), more: true });
  }
  world.answer();
  await world.pass(100);
  let writes = -1;
  list.rows.subscribe(() => (writes += 1));
  return { world, list, written: () => writes };
}

const ended = (id, second) =>
  transfer(id, { status: "completed", rate_bytes_per_second: null, finished_at: iso(second) });

test("messages that come together are one write", async () => {
  const many = Array.from({ length: 50 }, (_, number) => transfer(`n-${number}`));
  const { world, list, written } = await listing(many);
  for (let seq = 2; seq <= 5; seq += 1) {
    for (const { transfer_id } of many) world.delta(transfer_id, seq, { percent: seq });
  }
  assert.equal(written(), 0);
  await world.pass(100);
  assert.equal(written(), 1);
  assert.equal(list.rows.value.get("n-49").percent, 5);
});

test("a transfer that has not changed stays the same object in its place", async () => {
  const { world, list, written } = await listing([transfer("a"), transfer("b"), transfer("c")]);
  const before = new Map(list.rows.value);
  world.delta("b", 2, { percent: 7 });
  world.delta("c", 2, { percent: 0 });
  await world.pass(100);
  const after = list.rows.value;
  assert.deepEqual([...after.keys()], ["a", "b", "c"]);
  const isSame = ["a", "b", "c"].map((id) => after.get(id) === before.get(id));
  assert.deepEqual(isSame, [true, false, true]);
  world.delta("c", 3, { percent: 0 });
  await world.pass(100);
  assert.equal(written(), 1);
});

test("of those that have ended the last 200 are kept", async () => {
  const many = Array.from({ length: 250 }, (_, number) => ended(`n-${number}`, number));
  const { list } = await listing([transfer("a"), ...many]);
  assert.equal(list.rows.value.size, 201);
  assert.deepEqual([list.rows.value.has("n-49"), list.rows.value.has("n-50")], [false, true]);
  assert.ok(list.rows.value.has("a"));
});

test("more than 10,000 are not kept, and not asked for again and again", async () => {
  const many = Array.from({ length: 10_100 }, (_, number) => transfer(`n-${number}`));
  const { world, list } = await listing(many);
  assert.equal(list.rows.value.size, 10_000);
  for (let seq = 2; seq < 12; seq += 1) world.delta("n-10050", seq, { percent: seq });
  await world.pass(3_000);
  assert.equal(world.asked().length, 1);
  world.delta("n-1", 2, ended("n-1", 5));
  await world.pass(100);
  assert.equal(list.rows.value.get("n-1").status, "completed");
});

test("ended ones make room for those that move", async () => {
  const many = Array.from({ length: 10_000 }, (_, number) => ended(`n-${number}`, number));
  const { list } = await listing([...many, transfer("a")]);
  assert.ok(list.rows.value.has("a"));
});
