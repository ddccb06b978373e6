import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiProblem, SignedOut, Unreachable } from "../../web/static/app/api/problem.js";
import { EMPTY } from "../../web/static/app/screens/send/form.js";
import { createKeys, fieldErrors, requestsOf, sendAll } from "../../web/static/app/screens/send/requests.js";
import { merged, rest, tally, warnings } from "../../web/static/app/screens/send/tally.js";

const problem = (status, code, more = {}) => new ApiProblem(status, { code, detail: `no: ${code}`, ...more });
const some = (number) => Array.from({ length: number }, (_, at) => ({ key: `k${at}`, body: { key: `k${at}` } }));
const keys = () => {
  let next = 0;
  return createKeys(() => String((next += 1)));
};
const states = (outcomes) => outcomes.map(({ state }) => state);

test("a body has only what was asked for", () => {
  const form = { ...EMPTY, bucket: "exports", keys: ["a/b.csv"], destination: "acme" };
  assert.deepEqual(requestsOf(form), [{
    key: "a/b.csv",
    body: { source: { bucket: "exports", key: "a/b.csv" }, destination_id: "acme", if_exists: "fail", verify: "checksum" },
  }]);
  assert.equal(requestsOf({ ...form, target: "in/", label: "x" })[0].body.target_path, "in/b.csv");
});

test("the same body has the same idempotency key, another one has another", () => {
  const keyOf = keys();
  assert.equal(keyOf({ a: 1 }), keyOf({ a: 1 }));
  assert.notEqual(keyOf({ a: 1 }), keyOf({ a: 2 }));
});

test("a lost answer is asked for once more with the same key, and is unknown then", async () => {
  const used = [];
  const post = async (_, key) => {
    used.push(key);
    throw new Unreachable("no connection");
  };
  const outcomes = await sendAll(some(3), { post, keyOf: keys() });
  assert.deepEqual(used, ["console-1", "console-1"]);
  assert.deepEqual(states(outcomes), ["unknown", "left", "left"]);
});

test("an answer of a gateway does not tell whether the request was served", async () => {
  let times = 0;
  const post = async () => {
    times += 1;
    if (times === 1) throw problem(504, "unknown");
    return { id: "t" };
  };
  assert.deepEqual(states(await sendAll(some(1), { post, keyOf: keys() })), ["sent"]);
});

test("what is wrong with one object does not stop the others", async () => {
  const post = async ({ key }) => {
    if (key === "k1") throw problem(400, "name_invalid");
    return { id: key };
  };
  assert.deepEqual(states(await sendAll(some(3), { post, keyOf: keys() })), ["sent", "refused", "sent"]);
});

test("what is wrong with the partner stops all, and so does the limit of calls", async () => {
  for (const [status, code, first] of [[409, "host_key_unconfirmed", "refused"], [429, "too_many_requests", "left"]]) {
    let times = 0;
    const post = async () => {
      times += 1;
      throw problem(status, code);
    };
    assert.deepEqual(states(await sendAll(some(3), { post, keyOf: keys() })), [first, "left", "left"]);
    assert.equal(times, 1);
  }
});

test("a stop is obeyed between two requests, and told of each that was left", async () => {
  const told = [];
  let sent = 0;
  const post = async () => ({ id: String((sent += 1)) });
  const outcomes = await sendAll(some(4), { post, keyOf: keys(), stopped: () => sent >= 2, onOutcome: (each) => told.push(each.state) });
  assert.deepEqual(states(outcomes), ["sent", "sent", "left", "left"]);
  assert.deepEqual(told, states(outcomes));
});

test("many requests are spread over time, so that others of the user's calls find room", async () => {
  const waits = [];
  await sendAll(some(33), { post: async () => ({}), keyOf: keys(), wait: async (ms) => waits.push(ms) });
  assert.deepEqual(waits, [800, 800, 800]);
});

test("the end of the session is no outcome of an object", async () => {
  const post = async () => {
    throw new SignedOut();
  };
  await assert.rejects(sendAll(some(2), { post, keyOf: keys() }), SignedOut);
});

test("a second try is merged with what was sent before", () => {
  const first = [{ key: "a", state: "sent" }, { key: "b", state: "refused" }, { key: "c", state: "unknown" }];
  assert.deepEqual(rest(first), ["b", "c"]);
  const all = merged(first, [{ key: "b", state: "sent", transfer: { warnings: ["odd name"], cautions: ["no fsync", "odd name"] } }, { key: "c", state: "refused" }]);
  assert.deepEqual(tally(all), { sent: 2, refused: 1, unknown: 0, left: 0 });
  assert.deepEqual(warnings(all), ["odd name", "no fsync"]);
});

test("a refusal stands beside the field that it is about", () => {
  const invalid = problem(400, "request_invalid", { errors: [{ field: "source.key", message: "m" }, { field: "target_path", message: "n" }] });
  assert.deepEqual(fieldErrors(invalid), { keys: "m", target: "n" });
  assert.deepEqual(fieldErrors(problem(400, "name_invalid")), { target: "no: name_invalid" });
  assert.deepEqual(fieldErrors(problem(403, "role_missing")), { "": "no: role_missing" });
});
