// A proposal is decided once, by its digest, and shown as the service has it.

import assert from "node:assert/strict";
import test from "node:test";
import { Unreachable } from "../../web/static/app/api/problem.js";
import { Proposals, mayDecide } from "../../web/static/app/screens/agent/proposals.js";
import { AgentWorld, Refused, held, proposed } from "./agent-world.js";
import { settled } from "./live-world.js";

const PATH = "/api/agent/proposals/p-1";

function world(answers = {}) {
  const made = new AgentWorld(answers);
  made.proposals.put(proposed());
  return { made, entry: made.proposals.of("p-1") };
}

test("confirming sends the digest of the card", async () => {
  const { made, entry } = world({ [`POST ${PATH}/confirm`]: proposed({ state: "confirmed" }) });
  await made.proposals.decide("confirm", entry.value.view);
  assert.deepEqual(made.callsTo("POST")[0].slice(0, 3), ["POST", `${PATH}/confirm`, { digest: "ab".repeat(32) }]);
  assert.equal(entry.value.view.state, "confirmed");
});

test("a double click confirms once, and what is being confirmed cannot be rejected", async () => {
  const { gate, open } = held();
  const { made, entry } = world({ [`POST ${PATH}/confirm`]: () => gate.then(() => proposed({ state: "confirmed" })) });
  const { view } = entry.value;
  const first = made.proposals.decide("confirm", view);
  await made.proposals.decide("confirm", view);
  await made.proposals.decide("reject", view);
  assert.equal(entry.value.busy, "confirm");
  open();
  await first;
  assert.equal(entry.value.busy, null);
  assert.equal(made.callsTo("POST").length, 1);
});

test("the digest is that of the card that was pressed, whatever came meanwhile", async () => {
  const { made, entry } = world({ [`POST ${PATH}/confirm`]: proposed() });
  const { view } = entry.value;
  made.proposals.put(proposed({ digest: "cd".repeat(32) }));
  await made.proposals.decide("confirm", view);
  assert.equal(made.callsTo("POST")[0][2].digest, "ab".repeat(32));
});

test("a refusal is told, and the proposal read again", async () => {
  const { made, entry } = world({
    [`POST ${PATH}/confirm`]: new Refused(409, "proposal_expired"),
    [`GET ${PATH}`]: proposed({ state: "expired" }),
  });
  await made.proposals.decide("confirm", entry.value.view);
  assert.equal(entry.value.refusal.error.code, "proposal_expired");
  assert.equal(entry.value.refusal.isUnclear, false);
  assert.equal(entry.value.view.state, "expired");
  assert.equal(entry.value.busy, null);
});

test("where no answer came nobody says that nothing was done", async () => {
  const error = new Unreachable("no answer in time");
  const { made, entry } = world({ [`POST ${PATH}/confirm`]: error, [`GET ${PATH}`]: error });
  await made.proposals.decide("confirm", entry.value.view);
  assert.ok(entry.value.refusal.isUnclear);
  assert.equal(entry.value.view.state, "open");
  made.answers[`POST ${PATH}/confirm`] = proposed({ state: "confirmed" });
  await made.proposals.decide("confirm", entry.value.view);
  assert.equal(entry.value.refusal, null);
  assert.equal(entry.value.view.state, "confirmed");
});

test("a proposal that is not one is not shown", async () => {
  for (const broken of [{ digest: "<b>" }, { digest: "AB".repeat(32) }, { steps: null }, { lines: ["x"] }, { id: "../me" }]) {
    const made = new AgentWorld({ [`GET ${PATH}`]: proposed(broken) });
    await made.proposals.load("p-1");
    assert.equal(made.proposals.of("p-1").value.view, null, JSON.stringify(broken));
    assert.ok(made.proposals.of("p-1").value.error instanceof Unreachable);
  }
});

test("fields that nobody knows get no further", async () => {
  const made = new AgentWorld({ [`GET ${PATH}`]: { ...proposed(), html: "<img>" } });
  await made.proposals.load("p-1");
  assert.ok(!("html" in made.proposals.of("p-1").value.view));
});

test("only its owner decides, and only while it is open or its outcome is not known", () => {
  assert.ok(mayDecide(proposed(), "ada"));
  assert.ok(mayDecide(proposed({ state: "confirming" }), "ada"));
  assert.ok(!mayDecide(proposed(), "aud.itor"));
  assert.ok(!mayDecide(proposed(), undefined));
  for (const state of ["confirmed", "failed", "rejected", "superseded", "expired", "new-one"]) {
    assert.ok(!mayDecide(proposed({ state }), "ada"), state);
  }
});

test("the state of the service's past is not told after the decision", async () => {
  const { gate, open } = held();
  const { made, entry } = world({
    [`GET ${PATH}`]: () => gate.then(() => proposed()),
    [`POST ${PATH}/confirm`]: proposed({ state: "confirmed" }),
  });
  const reading = made.proposals.load("p-1");
  await made.proposals.decide("confirm", entry.value.view);
  open();
  await reading;
  await settled();
  assert.equal(entry.value.view.state, "confirmed");
});
