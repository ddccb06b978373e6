// Microsoft Teams is connected by a code, seen to be connected, and disconnected.

import assert from "node:assert/strict";
import test from "node:test";
import { ApiProblem, SignedOut, Unreachable } from "../../web/static/app/api/problem.js";
import { Teams } from "../../web/static/app/screens/settings/teams.js";
import { held } from "./agent-world.js";
import { iso, settled } from "./live-world.js";

const LINKS = "GET /api/agent/teams/links";
const CODES = "POST /api/agent/teams/codes";
const REMOVE = "DELETE /api/agent/teams/links";
const CODE = { code: "ABCDE-FGHJK-MNPQR-STVWX", expires_at: iso(300) };

const link = (fields = {}) => ({
  state: "connected", teams_name: "Ada", connected_at: iso(), expires_at: iso(43_200), ...fields,
});
const problem = (status, code) => new ApiProblem(status, { code, detail: `${code} it is` });

/** `answers` by "METHOD path": a document, an error, or a function. */
function world(links = [], answers = {}) {
  const made = { links, spoken: [], calls: [] };
  made.answers = { [LINKS]: () => ({ links: made.links }), [CODES]: CODE, [REMOVE]: null, ...answers };
  const call = (method) => async (path) => {
    made.calls.push(`${method} ${path}`);
    const found = made.answers[`${method} ${path}`];
    const answer = typeof found === "function" ? await found() : found;
    if (answer instanceof Error) throw answer;
    return structuredClone(answer);
  };
  const api = { get: call("GET"), post: call("POST"), delete: call("DELETE") };
  made.teams = new Teams({ api, say: (text) => made.spoken.push(text) });
  return made;
}

for (const code of ["teams_off", "no_route"]) {
  test(`where the service answers ${code}, nothing is shown`, async () => {
    const { teams } = world([], { [LINKS]: problem(404, code) });
    await teams.look();
    assert.deepEqual([teams.links.value, teams.error.value], [null, null]);
  });
}

test("another refusal is told, and a good answer later takes it away", async () => {
  const { teams, answers } = world([], { [LINKS]: problem(403, "role_missing") });
  await teams.look();
  assert.equal(teams.error.value.code, "role_missing");
  answers[LINKS] = { links: [link()] };
  await teams.look();
  assert.deepEqual([teams.links.value, teams.error.value], [[link()], null]);
});

test("a stranger's answer is not taken", async () => {
  for (const links of ["x", [link({ state: "other" })], [link({ expires_at: "soon" })], [{}]]) {
    const { teams } = world(links);
    await teams.look();
    assert.ok(teams.error.value instanceof Unreachable);
    assert.equal(teams.links.value, null);
  }
  const { teams } = world([], { [CODES]: { code: 7, expires_at: iso() } });
  await teams.connect();
  assert.ok(teams.refusal.value instanceof Unreachable);
  assert.equal(teams.code.value, null);
});

test("a field that nobody asked for gets no further", async () => {
  const { teams } = world([link({ refresh_token: "secret" })]);
  await teams.look();
  assert.deepEqual(teams.links.value, [link()]);
});

test("a code is shown until somebody was connected by it", async () => {
  const made = world();
  await made.teams.look();
  await made.teams.connect();
  assert.deepEqual(made.teams.code.value, CODE);
  await made.teams.look();
  assert.deepEqual(made.teams.code.value, CODE);
  assert.deepEqual(made.spoken, []);
  made.links = [link()];
  await made.teams.look();
  assert.equal(made.teams.code.value, null);
  assert.deepEqual(made.spoken, ["Microsoft Teams is connected."]);
  await made.teams.look();
  assert.equal(made.spoken.length, 1);
});

test("who was connected before is not taken for the new one", async () => {
  const old = link({ teams_name: "Old" });
  const made = world([old]);
  await made.teams.look();
  await made.teams.connect();
  await made.teams.look();
  assert.deepEqual(made.teams.code.value, CODE);
  made.links = [link({ connected_at: iso(9), state: "ended" }), old];
  await made.teams.look();
  assert.deepEqual(made.teams.code.value, CODE);
  made.links = [link({ teams_name: "Old", connected_at: iso(60) })]; // the same person once more
  await made.teams.look();
  assert.equal(made.teams.code.value, null);
});

test("a code that nobody sent is gone when its time is over", async () => {
  const { teams } = world();
  await teams.look();
  await teams.connect();
  await teams.giveUp();
  assert.deepEqual([teams.code.value, teams.isOver.value], [null, true]);
  await teams.connect();
  assert.deepEqual([teams.code.value, teams.isOver.value], [CODE, false]);
});

test("a code that was sent in its last second has connected", async () => {
  const made = world();
  await made.teams.look();
  await made.teams.connect();
  made.links = [link()];
  await Promise.all([made.teams.giveUp(), made.teams.giveUp(), made.teams.look()]);
  assert.deepEqual([made.teams.code.value, made.teams.isOver.value], [null, false]);
  assert.deepEqual(made.spoken, ["Microsoft Teams is connected."]);
  assert.equal(made.calls.filter((each) => each === LINKS).length, 2); // three looks at once are one
});

test("giving up one code leaves the next one", async () => {
  const { gate, open } = held();
  const made = world();
  await made.teams.look();
  await made.teams.connect();
  made.answers[LINKS] = async () => (await gate, { links: [] });
  const late = made.teams.giveUp();
  made.answers[CODES] = { ...CODE, code: "NEXT" };
  await made.teams.connect();
  open();
  await late;
  assert.deepEqual([made.teams.code.value.code, made.teams.isOver.value], ["NEXT", false]);
});

test("disconnecting takes the links and an open code away", async () => {
  const made = world([link()]);
  await made.teams.look();
  await made.teams.connect();
  await made.teams.disconnect();
  assert.deepEqual([made.teams.links.value, made.teams.code.value], [[], null]);
  assert.deepEqual(made.spoken, ["Microsoft Teams is disconnected."]);
});

test("a look that was overtaken by disconnecting brings nobody back", async () => {
  const { gate, open } = held();
  const made = world([link()]);
  await made.teams.look();
  made.answers[LINKS] = async () => (await gate, { links: [link()] });
  const late = made.teams.look();
  await made.teams.disconnect();
  open();
  await late;
  assert.deepEqual(made.teams.links.value, []);
});

test("what did not come off is told, and looked at again", async () => {
  const made = world([link()], { [REMOVE]: new Unreachable("no answer in time") });
  await made.teams.look();
  made.links = [];
  await made.teams.disconnect();
  assert.ok(made.teams.refusal.value instanceof Unreachable);
  assert.deepEqual([made.teams.links.value, made.teams.busy.value], [[], null]);
  assert.deepEqual(made.spoken, []);
});

test("two presses are one wish", async () => {
  const made = world();
  await made.teams.look();
  const one = made.teams.connect();
  await Promise.all([one, made.teams.connect(), made.teams.disconnect()]);
  assert.equal(made.calls.filter((each) => each === CODES).length, 1);
  assert.ok(!made.calls.includes(REMOVE));
});

test("Teams that is turned off meanwhile is not shown any more", async () => {
  const made = world([link()], { [CODES]: problem(404, "teams_off") });
  await made.teams.look();
  await made.teams.connect();
  await settled();
  assert.deepEqual([made.teams.links.value, made.teams.refusal.value], [null, null]);
});

test("who is signed out is told nothing", async () => {
  const made = world([], { [LINKS]: new SignedOut(), [CODES]: new SignedOut() });
  await made.teams.look();
  await made.teams.connect();
  assert.deepEqual([made.teams.error.value, made.teams.refusal.value], [null, null]);
});
