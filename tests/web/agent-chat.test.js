// One conversation: sent, streamed, stopped, read again, and never said twice or lost.

import assert from "node:assert/strict";
import test from "node:test";
import { SignedOut, Unreachable } from "../../web/static/app/api/problem.js";
import { textOf } from "../../web/static/app/screens/agent/pieces.js";
import { AgentWorld, Refused, conversation, held, proposed, said } from "./agent-world.js";
import { settled } from "./live-world.js";

const MESSAGES = "POST /api/agent/conversations/c-1/messages";
const READ = "GET /api/agent/conversations/c-1";

async function opened(messages = [], fields = {}) {
  const world = new AgentWorld();
  world.knows(messages, fields);
  const chat = world.chat();
  chat.open();
  await settled();
  return { world, chat };
}

test("a message is shown at once, its answer streams, and the whole of it takes its place", async () => {
  const { world, chat } = await opened();
  const { gate, open } = held();
  const answer = { conversation: conversation(), message: said(1), proposal: null, tokens_left_today: 9 };
  world.answers[MESSAGES] = () => gate.then(() => answer);
  chat.draft.value = "  Send it.  ";
  const sent = chat.send();
  await settled();
  assert.equal(chat.sending.value, "Send it.");
  assert.equal(chat.draft.value, "");
  assert.ok(chat.isAnswering.value);
  world.tell(0, "It ");
  world.tell(1, "", { tool: "list_files" });
  assert.equal(textOf(chat.pieces.value), "It ");
  assert.equal(chat.tool.value, "list_files");
  open();
  await sent;
  assert.deepEqual(chat.messages.value.map((each) => each.text), ["Send it.", "agent 1"]);
  assert.ok(!chat.isAnswering.value);
  world.tell(2, "too late");
  assert.equal(chat.pieces.value, null);
  assert.equal(world.callsTo(READ).length, 1);
});

test("a conversation begins with its first message", async () => {
  const world = new AgentWorld({ "POST /api/agent/conversations": conversation() });
  world.knows([]);
  world.answersWith(said(1));
  const chat = world.chat(null);
  chat.open();
  assert.equal(world.calls.length, 0);
  chat.draft.value = "Hello";
  await chat.send();
  assert.equal(chat.id, "c-1");
  assert.ok(world.hearers.has("c-1"));
  assert.deepEqual(chat.messages.value.map((each) => each.text), ["Hello", "agent 1"]);
});

test("the first message waits a moment until its answer can be heard, and not for ever", async () => {
  const world = new AgentWorld({ "POST /api/agent/conversations": conversation() });
  world.knows([]);
  world.answersWith(said(1));
  world.isWatched = false;
  const chat = world.chat(null);
  chat.open();
  chat.draft.value = "Hello";
  const sent = chat.send();
  await world.clock.pass(1_000);
  assert.equal(world.callsTo(MESSAGES).length, 0);
  await world.clock.pass(1_000);
  await sent;
  assert.equal(world.callsTo(MESSAGES).length, 1);
});

test("whoever sends twice at once sends once", async () => {
  const { world, chat } = await opened();
  world.answersWith(said(1));
  chat.draft.value = "Send it.";
  await Promise.all([chat.send(), chat.send()]);
  assert.equal(world.callsTo(MESSAGES).length, 1);
});

test("what got no answer is in the field again, and goes out with the same key", async () => {
  const { world, chat } = await opened();
  world.answers[MESSAGES] = new Unreachable("no answer in time");
  chat.draft.value = "Send it.";
  await chat.send();
  assert.equal(chat.draft.value, "Send it.");
  assert.ok(chat.refusal.value instanceof Unreachable);
  world.answersWith(said(1));
  await chat.send();
  const keys = world.callsTo(MESSAGES).map(([, , , key]) => key);
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.equal(chat.refusal.value, null);
});

test("another text, and the same one after its answer, have keys of their own", async () => {
  const { world, chat } = await opened();
  world.answers[MESSAGES] = new Refused(503);
  chat.draft.value = "Send it.";
  await chat.send();
  world.answersWith(said(1));
  for (const text of ["Send all.", "Send it.", "Send it."]) {
    chat.draft.value = text;
    await chat.send();
  }
  const keys = world.callsTo(MESSAGES).map(([, , , key]) => key);
  assert.equal(new Set(keys).size, 4);
});

test("a message that was taken is not asked for again, although its answer was lost", async () => {
  const { world, chat } = await opened([said(0)]);
  world.answers[MESSAGES] = new Unreachable("no answer in time");
  world.knows([said(0), said(1, "user", { text: "Send it." })], { state: "answering" });
  chat.draft.value = "Send it.";
  await chat.send();
  assert.equal(chat.draft.value, "");
  assert.equal(chat.refusal.value, null);
  assert.ok(chat.isAnswering.value);
  world.knows([said(0), said(1, "user", { text: "Send it." }), said(2)]);
  await world.clock.pass(3_100);
  assert.ok(!chat.isAnswering.value);
  assert.equal(chat.messages.value.at(-1).text, "agent 2");
});

test("what was typed meanwhile is not overwritten by what is given back", async () => {
  const { world, chat } = await opened();
  const { gate, open } = held();
  world.answers[MESSAGES] = () => gate.then(() => new Refused(409, "conversation_busy"));
  chat.draft.value = "One";
  const sent = chat.send();
  chat.draft.value = "Two";
  open();
  await sent;
  assert.equal(chat.draft.value, "Two");
});

test("a page that comes in the middle of an answer shows that, and looks until it is over", async () => {
  const { world, chat } = await opened([said(0, "user")], { state: "answering" });
  assert.ok(chat.isAnswering.value);
  world.tell(4, "the rest.");
  assert.equal(textOf(chat.pieces.value), "…the rest.");
  await world.clock.pass(6_100);
  assert.equal(world.callsTo(READ).length, 3);
  world.knows([said(0, "user"), said(1)]);
  world.tell(5, "", { ended: true });
  await settled();
  assert.ok(!chat.isAnswering.value);
  assert.equal(chat.messages.value.length, 2);
  await world.clock.pass(60_000);
  assert.equal(world.callsTo(READ).length, 4);
});

test("an answer that another tab asked for is noticed by its first piece", async () => {
  const { world, chat } = await opened([said(0)]);
  world.knows([said(0), said(1, "user")], { state: "answering" });
  world.tell(0, "It is ");
  await settled();
  assert.ok(chat.isAnswering.value);
  assert.equal(chat.messages.value.length, 2);
  assert.equal(textOf(chat.pieces.value), "It is ");
});

test("late pieces of an answer that is whole already show nothing", async () => {
  const { world, chat } = await opened();
  world.answersWith(said(1));
  chat.draft.value = "Hello";
  await chat.send();
  world.knows([said(0, "user"), said(1)]);
  world.tell(0, "agent");
  assert.ok(!chat.isAnswering.value);
  await settled();
  assert.equal(chat.pieces.value, null);
  world.tell(1, " 1");
  assert.equal(chat.pieces.value, null);
});

test("a late piece of an earlier answer, of which nothing was heard, is not the next one's", async () => {
  const { world, chat } = await opened([said(0, "user"), said(1, "agent", { turn_id: "t-0" })]);
  const { gate, open } = held();
  world.answers[MESSAGES] = async () => {
    await gate;
    return { conversation: conversation(), message: said(3, "agent", { turn_id: "t-1" }), proposal: null, tokens_left_today: 1 };
  };
  chat.draft.value = "And now?";
  const sent = chat.send();
  await settled();
  world.tell(7, "of the one before", { turn_id: "t-0" });
  assert.equal(chat.pieces.value, null);
  world.tell(0, "Now ", { turn_id: "t-1" });
  world.tell(8, "of the one before", { turn_id: "t-0" });
  assert.equal(textOf(chat.pieces.value), "Now ");
  open();
  await sent;
  world.tell(1, "late", { turn_id: "t-1" });
  assert.equal(chat.pieces.value, null);
});

test("what was read before a message was sent does not end its answer", async () => {
  const { world, chat } = await opened();
  const { gate, open } = held();
  const old = world.answers[READ];
  world.answers[READ] = () => gate.then(() => old);
  chat.read();
  world.answers[MESSAGES] = () => new Promise(() => {});
  chat.draft.value = "Hello";
  chat.send();
  await settled();
  world.tell(0, "Hel");
  open();
  await settled();
  assert.equal(textOf(chat.pieces.value), "Hel");
});

test("whoever sends before the rest was read sees the rest afterwards", async () => {
  const { gate, open } = held();
  const world = new AgentWorld();
  world.answers[READ] = () => gate.then(() => ({ conversation: conversation(), messages: [said(0)], cursor: null }));
  const chat = world.chat();
  chat.open();
  world.knows([said(0), said(1, "user"), said(2)]);
  world.answersWith(said(2));
  chat.draft.value = "Hello";
  await chat.send();
  open();
  await settled();
  assert.deepEqual(chat.messages.value.map((each) => each.number), [0, 1, 2]);
  assert.equal(world.callsTo(READ).length, 2);
});

test("stopping asks once, and what was written stays", async () => {
  const { world, chat } = await opened();
  const { gate, open } = held();
  const trouble = { code: "stopped", message: "You stopped the answer.", retryable: true };
  const message = said(1, "agent", { text: "It ", trouble });
  const answer = { conversation: conversation(), message, proposal: null, tokens_left_today: 9 };
  world.answers[MESSAGES] = () => gate.then(() => answer);
  world.answers["POST /api/agent/conversations/c-1/stop"] = conversation({ state: "answering" });
  chat.draft.value = "Hello";
  const sent = chat.send();
  await settled();
  await Promise.all([chat.stop(), chat.stop()]);
  assert.ok(chat.isStopping.value);
  assert.equal(world.callsTo("POST /api/agent/conversations/c-1/stop").length, 1);
  open();
  await sent;
  assert.ok(!chat.isStopping.value);
  assert.equal(chat.messages.value.at(-1).trouble.message, "You stopped the answer.");
});

test("a message of 4,000 characters is sent, and one of more is not", async () => {
  const { world, chat } = await opened();
  world.answersWith(said(1));
  chat.draft.value = "\u{1f600}".repeat(4_001);
  await chat.send();
  assert.equal(world.callsTo(MESSAGES).length, 0);
  chat.draft.value = "\u{1f600}".repeat(4_000);
  await chat.send();
  assert.equal(world.callsTo(MESSAGES).length, 1);
  chat.draft.value = " \n ";
  await chat.send();
  assert.equal(world.callsTo(MESSAGES).length, 1);
});

test("a new message has the open proposal read again: it is superseded", async () => {
  const { world, chat } = await opened();
  world.answersWith(said(1, "agent", { proposal_id: "p-1" }), { open_proposal_id: "p-1" }, proposed());
  chat.draft.value = "Send it.";
  await chat.send();
  assert.equal(world.callsTo("GET /api/agent/proposals").length, 0);
  world.answers["GET /api/agent/proposals/p-1"] = proposed({ state: "superseded" });
  world.answersWith(said(3));
  chat.draft.value = "No, all of them.";
  await chat.send();
  await settled();
  assert.equal(world.proposals.of("p-1").value.view.state, "superseded");
});

test("an answer that is not the agent's is not shown", async () => {
  const { world, chat } = await opened();
  world.answers[MESSAGES] = { message: "<b>hi</b>" };
  chat.draft.value = "Hello";
  await chat.send();
  assert.equal(chat.messages.value.length, 0);
  assert.ok(chat.refusal.value instanceof Unreachable);
});

test("a session that is over is no trouble of the conversation", async () => {
  const { world, chat } = await opened();
  world.answers[MESSAGES] = new SignedOut();
  chat.draft.value = "Hello";
  await chat.send();
  assert.equal(chat.refusal.value, null);
});

test("nobody who has left is told, and nothing is asked for him", async () => {
  const { world, chat } = await opened([said(0, "user")], { state: "answering" });
  chat.close();
  assert.equal(world.hearers.size, 0);
  await world.clock.pass(60_000);
  assert.equal(world.callsTo(READ).length, 1);
});
