// Bulk actions: a few at a time, each sent once, to be stopped, and told honestly.

import assert from "node:assert/strict";
import test from "node:test";
import { ApiProblem, SignedOut, Unreachable } from "../../web/static/app/api/problem.js";
import { createBulk, finishedOf, refusalsByCode } from "../../web/static/app/screens/queue/bulk.js";
import { otherwise, progressText, resultText } from "../../web/static/app/screens/queue/bulk_words.js";
import { Clock } from "./live-world.js";

const many = (number) => Array.from({ length: number }, (_, at) => `t-${at}`);

/** All that is ready has run. */
const settled = () => new Promise(setImmediate);

async function pass(clock, seconds) {
  for (let second = 0; second < seconds; second += 1) {
    await clock.pass(1_000);
    await settled();
  }
}

/** A service that answers when the test says so, or at once by `answer(id, times)`. */
function world(answer = null) {
  const clock = new Clock();
  const open = [];
  const sent = [];
  const put = [];
  const post = (path) => {
    const [, , , id, action] = path.split("/");
    sent.push(`${action} ${id}`);
    if (answer) return Promise.resolve().then(() => answer(id, sent.filter((each) => each.endsWith(` ${id}`)).length));
    return new Promise((done, fail) => open.push({ id, done: () => done({ id }), fail }));
  };
  const bulk = createBulk({ post, put: (view) => put.push(view), clock });
  return { bulk, clock, open, sent, put };
}

test("three are on their way at a time, and each is sent once", async () => {
  const { bulk, open, sent, put } = world();
  assert.equal(bulk.start("pause", ["a", "b", "c", "d", "a"]), true);
  await settled();
  assert.deepEqual(sent, ["pause a", "pause b", "pause c"]);
  assert.equal(bulk.start("pause", ["x"]), false);
  open[1].done();
  await settled();
  assert.equal(sent.length, 4);
  assert.equal(progressText(bulk.shown.value), "Pausing: 1 of 4");
  for (const each of open) each.done();
  await settled();
  assert.equal(bulk.shown.value.state, "ended");
  assert.equal(resultText(bulk.shown.value), "4 of 4 transfers were paused.");
  assert.deepEqual(put.map(({ id }) => id).sort(), ["a", "b", "c", "d"]);
  assert.deepEqual(otherwise(bulk.shown.value), []);
});

test("refusals are told by their code, and stop nothing", async () => {
  const { bulk } = world((id) => {
    if (id === "t-1" || id === "t-3") throw new ApiProblem(409, { code: "wrong_state", detail: `${id} is completed.` });
    if (id === "t-2") throw new ApiProblem(403, { code: "role_missing", detail: "No." });
    return { id };
  });
  bulk.start("retry", many(5));
  await settled();
  const now = bulk.shown.value;
  assert.deepEqual([now.state, now.done], ["ended", 2]);
  assert.deepEqual(refusalsByCode(now.refused).map(({ code, ids }) => [code, ids.length]), [["wrong_state", 2], ["role_missing", 1]]);
  assert.match(otherwise(now)[0].text, /^2 refused \(wrong_state\)\. The first one: t-1 is completed\.$/);
});

test("'too many calls' holds all of it for as long as the service says, and is sent again", async () => {
  const { bulk, clock, sent } = world((id, times) => {
    if (id === "t-0" && times === 1) throw new ApiProblem(429, {}, 20);
    return { id };
  });
  bulk.start("cancel", many(30));
  await settled();
  const before = sent.length;
  await pass(clock, 19);
  assert.equal(sent.length, before);
  assert.ok(before < 30);
  await pass(clock, 2);
  assert.equal(bulk.shown.value.done, 30);
  assert.equal(sent.filter((each) => each === "cancel t-0").length, 2);
  assert.equal(sent.length, 31);
});

test("no more than 60 are sent in a minute", async () => {
  const { bulk, clock, sent } = world((id) => ({ id }));
  bulk.start("pause", many(130));
  await pass(clock, 59);
  assert.equal(sent.length, 60);
  await pass(clock, 2);
  assert.equal(sent.length, 120);
  await pass(clock, 61);
  assert.equal(bulk.shown.value.state, "ended");
});

test("after 'stop' nothing more is sent, and what was on its way is counted", async () => {
  const { bulk, open, sent } = world();
  bulk.start("pause", many(10));
  await settled();
  bulk.stop();
  assert.equal(bulk.shown.value.state, "stopping");
  for (const each of open) each.done();
  await settled();
  const now = bulk.shown.value;
  assert.deepEqual([now.state, now.done, now.left, sent.length], ["ended", 3, 7, 3]);
  assert.match(otherwise(now)[0].text, /^7 were not sent, because you stopped it/);
});

test("a stop does not wait for the end of a hold", async () => {
  const { bulk, clock } = world(() => {
    throw new ApiProblem(429, {}, 600);
  });
  bulk.start("pause", many(4));
  await settled();
  await pass(clock, 1);
  bulk.stop();
  await settled();
  assert.deepEqual([bulk.shown.value.state, bulk.shown.value.left], ["ended", 4]);
});

test("of what got no answer nothing is claimed, and it is not sent again", async () => {
  const { bulk, sent } = world((id) => {
    if (id === "t-1") throw new Unreachable("no connection");
    return { id };
  });
  bulk.start("retry", many(3));
  await settled();
  const now = bulk.shown.value;
  assert.deepEqual([now.done, now.lost, sent.length, finishedOf(now)], [2, ["t-1"], 3, 3]);
  assert.match(otherwise(now)[0].text, /not known/);
});

test("it ends where nobody answers, and where the session is over", async () => {
  const gone = world(() => {
    throw new Unreachable("no connection");
  });
  gone.bulk.start("pause", many(100));
  await settled();
  const lost = gone.bulk.shown.value;
  assert.deepEqual([lost.state, lost.why, lost.lost.length + lost.left], ["ended", "unreachable", 100]);
  assert.ok(lost.lost.length < 10);
  const out = world(() => {
    throw new SignedOut();
  });
  out.bulk.start("pause", many(9));
  await settled();
  assert.deepEqual([out.bulk.shown.value.why, out.bulk.shown.value.left], ["signed-out", 9]);
});

test("an answer that holds nothing is one all the same", async () => {
  const { bulk, put } = world(() => null);
  bulk.start("cancel", ["a", "b"]);
  await settled();
  assert.equal(bulk.shown.value.state, "ended");
  assert.equal(bulk.shown.value.done, 2);
  assert.deepEqual(put, []);
});
