// Pieces of the agent's answers come over the connection that transfers are watched on.

import assert from "node:assert/strict";
import test from "node:test";
import { World, iso, transfer } from "./live-world.js";

const said = { conversation_id: "c-1", turn_id: "t-1", number: 0, text: "It is", tool: null, ended: false };

async function watching() {
  const world = new World();
  const heard = [];
  const end = world.live.watchChat("c-1", (piece) => heard.push(piece.text));
  await world.pass(50);
  return { world, heard, end };
}

test("a conversation alone opens a connection, subscribes, and proves it by a ping", async () => {
  const { world, heard } = await watching();
  assert.deepEqual(world.asked(), [{ action: "subscribe", conversation: "c-1", request_id: "c1" }]);
  assert.equal(world.live.link.value, "stream");
  world.tell("answer", said);
  world.tell("answer", { ...said, conversation_id: "c-2" });
  assert.deepEqual(heard, ["It is"]);
});

test("it is watched once for all that hear it, and left with the last of them", async () => {
  const { world, heard, end } = await watching();
  const endOther = world.live.watchChat("c-1", (piece) => heard.push(piece.text));
  assert.equal(world.asked().length, 1);
  world.tell("answer", said);
  assert.equal(heard.length, 2);
  end();
  end();
  world.tell("answer", said);
  assert.equal(heard.length, 3);
  const [socket] = world.sockets;
  endOther();
  assert.ok(socket.isClosed);
  assert.equal(world.live.link.value, "idle");
});

test("beside transfers only the conversation is left", async () => {
  const { world, end } = await watching();
  world.live.watchTransfer("t-1");
  await world.pass(50);
  world.answer(transfer());
  end();
  assert.deepEqual(world.asked("unsubscribe"), [{ action: "unsubscribe", conversation: "c-1" }]);
  assert.ok(!world.socket.isClosed);
});

test("after a lost connection it is watched again", async () => {
  const { world, heard } = await watching();
  world.socket.onclose({ code: 1006 });
  await world.pass(2_000);
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(world.asked(), [{ action: "subscribe", conversation: "c-1", request_id: "c1" }]);
  world.tell("answer", said);
  assert.deepEqual(heard, ["It is"]);
});

test("a refused watch of a conversation disturbs nothing else", async () => {
  const { world } = await watching();
  world.tell("error", { code: "message_invalid", message: "What is a conversation?" });
  world.live.watchTransfer("t-1");
  await world.pass(50);
  world.answer(transfer());
  await world.pass(200);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.live.link.value, "stream");
});

test("connections of conversations that broke again and again are not taken for blocked ones", async () => {
  const { world } = await watching();
  for (let times = 0; times < 3; times += 1) {
    world.socket.onclose({ code: 1006 });
    await world.pass(10_000);
  }
  assert.equal(world.live.link.value, "stream");
});

test("where no WebSocket gets through, silence about transfers is none that anybody waits for", async () => {
  const world = new World();
  world.isBlocked = true;
  world.live.watchChat("c-1", () => {});
  await world.pass(200_000);
  assert.equal(world.live.silence.value, 0);
  world.live.watchList("mine");
  assert.equal(world.live.silence.value, 0);
  await world.pass(2_000);
  assert.equal(world.live.silence.value, 0);
});

test("a piece that is none is skipped", async () => {
  const { world, heard } = await watching();
  for (const broken of [{ number: -1 }, { conversation_id: "../" }, { text: { toString: 1 } }, { ended: "yes" }, { turn_id: 7 }]) {
    world.tell("answer", { ...said, ...broken });
  }
  world.socket.onmessage({ data: JSON.stringify({ type: "answer", version: 1, sent_at: iso(), ...said, text: undefined }) });
  assert.deepEqual(heard, [""]);
});

test("whoever signs in next hears nothing of it", async () => {
  const { world, heard, end } = await watching();
  world.live.leave();
  assert.ok(world.sockets[0].isClosed);
  await world.pass(60_000);
  assert.equal(world.sockets.length, 1);
  end();
  assert.deepEqual(heard, []);
});

test("whoever watches is told when pieces can come, or that they never will", async () => {
  for (const answer of [["snapshot", { transfers: [] }], ["error", { code: "message_invalid", message: "What?" }]]) {
    const world = new World();
    let told = 0;
    world.live.watchChat("c-1", () => {}, () => (told += 1));
    await world.pass(50);
    assert.equal(told, 0);
    world.tell(answer[0], { request_id: "c1", more: false, ...answer[1] });
    world.live.watchChat("c-1", () => {}, () => (told += 1));
    assert.equal(told, 2);
    assert.equal(world.live.link.value, "stream");
  }
});
