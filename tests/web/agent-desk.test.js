// What the panel opens with, what it keeps, and what the next user does not see.

import assert from "node:assert/strict";
import test from "node:test";
import { signal } from "../../web/static/app/lib.js";
import { SignedOut } from "../../web/static/app/api/problem.js";
import { Desk } from "../../web/static/app/screens/agent/desk.js";
import { AgentWorld, Refused, conversation, held, proposed, said } from "./agent-world.js";
import { settled } from "./live-world.js";

const HEALTH = "GET /api/agent/health";
const LIST = "GET /api/agent/conversations";

function world({ kept = null, listed = [] } = {}) {
  const made = new AgentWorld({
    [HEALTH]: { status: "ok", model: "m", tokens_left_today: 500 },
    [LIST]: { conversations: listed, cursor: null },
    "POST /api/agent/conversations": conversation(),
  });
  made.knows([]);
  const watched = new Map();
  const live = {
    watchChat(id, hear, isWatched) {
      watched.set(id, hear);
      isWatched();
      return () => watched.delete(id);
    },
  };
  const spoken = [];
  const shownChat = signal(kept);
  const { api, clock } = made;
  const desk = new Desk({ api, live, clock, shownChat, say: (text) => spoken.push(text), newKey: () => "key" });
  return { made, desk, watched, spoken, shownChat };
}

test("a new tab begins a new conversation", async () => {
  const { desk, shownChat } = world({ listed: [conversation()] });
  await desk.open();
  assert.equal(desk.shown.value.id, null);
  assert.equal(shownChat.value, null);
});

for (const fields of [{ state: "answering" }, { open_proposal_id: "p-1" }]) {
  test(`another tab finds the conversation with ${Object.keys(fields)[0]} ${Object.values(fields)[0]}`, async () => {
    const { desk, watched } = world({ listed: [conversation({ id: "c-2" }), conversation(fields)] });
    await desk.open();
    assert.equal(desk.shown.value.id, "c-1");
    assert.ok(watched.has("c-1"));
  });
}

test("a reload finds its conversation without a look at the list", async () => {
  const { desk, made } = world({ kept: "c-1" });
  await desk.open();
  assert.equal(desk.shown.value.id, "c-1");
  assert.equal(made.calls.filter(([, path]) => path === "/api/agent/conversations").length, 0);
});

test("a new conversation is remembered from its first message on", async () => {
  const { desk, made, shownChat } = world();
  await desk.open();
  made.answersWith(said(1));
  desk.shown.value.draft.value = "Hello";
  await desk.shown.value.send();
  assert.equal(shownChat.value, "c-1");
  assert.equal(desk.health.value.tokens_left_today, 100);
});

test("what is typed in a conversation is there when one comes back to it", async () => {
  const { desk } = world({ kept: "c-1" });
  await desk.open();
  desk.shown.value.draft.value = "half a sen";
  desk.show(null);
  assert.equal(desk.shown.value.draft.value, "");
  desk.show("c-1");
  assert.equal(desk.shown.value.draft.value, "half a sen");
});

test("an answer that comes while another conversation is shown is not spoken, and is there later", async () => {
  const { desk, made, spoken } = world({ kept: "c-1" });
  await desk.open();
  const { gate, open } = held();
  const answer = { conversation: conversation(), message: said(1), proposal: null, tokens_left_today: 9 };
  made.answers["POST /api/agent/conversations/c-1/messages"] = () => gate.then(() => answer);
  const asked = desk.shown.value;
  asked.draft.value = "Hello";
  const sent = asked.send();
  desk.show(null);
  open();
  await sent;
  assert.deepEqual(spoken, []);
  assert.equal(desk.shown.value.messages.value.length, 0);
  assert.equal(asked.messages.value.length, 2);
});

test("readers hear what they were not told while it was written, and that something waits", async () => {
  const { desk, made, watched, spoken } = world({ kept: "c-1" });
  await desk.open();
  await settled();
  const { gate, open } = held();
  const message = said(1, "agent", { text: "It is there. Shall I send it?", proposal_id: "p-1" });
  const answer = { conversation: conversation(), message, proposal: proposed(), tokens_left_today: 9 };
  made.answers["POST /api/agent/conversations/c-1/messages"] = () => gate.then(() => answer);
  desk.shown.value.draft.value = "Hello";
  const sent = desk.shown.value.send();
  await settled();
  watched.get("c-1")({ turn_id: "t-1", number: 0, text: "It is there. Shall", tool: null, ended: false });
  open();
  await sent;
  assert.deepEqual(spoken, ["Shall I send it? A proposal waits for you."]);
});

test("a FileFerry without the service, and one without a model, are off", async () => {
  for (const health of [new Refused(404, "no_route"), { status: "off", model: null, tokens_left_today: 0 }]) {
    const { desk, made } = world();
    made.answers[HEALTH] = health;
    await desk.open();
    assert.equal(desk.health.value.status, "off");
    assert.equal(desk.error.value, null);
  }
});

test("a service that does not answer is not called off", async () => {
  const { desk, made } = world();
  made.answers[HEALTH] = new Refused(503, "unavailable");
  await desk.open();
  assert.equal(desk.health.value, null);
  assert.equal(desk.error.value.code, "unavailable");
});

test("a message that is refused has the health looked at again", async () => {
  const { desk, made } = world({ kept: "c-1" });
  await desk.open();
  made.answers[HEALTH] = { status: "off", model: null, tokens_left_today: 0 };
  made.answers["POST /api/agent/conversations/c-1/messages"] = new Refused(503, "agent_off");
  desk.shown.value.draft.value = "Hello";
  await desk.shown.value.send();
  await settled();
  assert.equal(desk.health.value.status, "off");
});

test("the next user sees nothing of what was", async () => {
  const { desk, made, watched } = world({ kept: "c-1", listed: [conversation({ title: "secret" })] });
  await desk.open();
  await desk.readList();
  desk.shown.value.draft.value = "secret";
  desk.proposals.put(proposed());
  desk.begin();
  assert.equal(watched.size, 0);
  assert.deepEqual([desk.shown.value, desk.list.value, desk.health.value], [null, null, null]);
  assert.equal(desk.proposals.of("p-1").value.view, null);
  made.answers[LIST] = { conversations: [], cursor: null };
  desk.show("c-1");
  assert.equal(desk.shown.value.draft.value, "");
});

test("a list that is answered after its user left is not shown", async () => {
  const { desk, made } = world();
  const { gate, open } = held();
  made.answers[LIST] = () => gate.then(() => ({ conversations: [conversation()], cursor: null }));
  const reading = desk.readList();
  desk.begin();
  open();
  await reading;
  assert.equal(desk.list.value, null);
});

test("older conversations follow those that are shown", async () => {
  const { desk, made } = world();
  made.answers[LIST] = { conversations: [conversation({ id: "c-3" })], cursor: "more" };
  await desk.readList();
  made.answers[LIST] = { conversations: [conversation({ id: "c-2" })], cursor: null };
  await desk.readList(desk.cursor.value);
  assert.deepEqual(desk.list.value.map((each) => each.id), ["c-3", "c-2"]);
  assert.equal(desk.cursor.value, null);
  made.answers[LIST] = new SignedOut();
  await desk.readList();
  assert.equal(desk.listError.value, null);
});
