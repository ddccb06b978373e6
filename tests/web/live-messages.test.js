// Frames of the service as they are read, and those that are no frames of it.

import assert from "node:assert/strict";
import test from "node:test";
import { readMessage, TOO_NEW } from "../../web/static/app/live/messages.js";
import { examples, iso, transfer } from "./live-world.js";

const SERVER = ["snapshot", "delta", "gone", "answer", "error", "pong"];
const message = (fields) =>
  JSON.stringify({ version: 1, request_id: null, sent_at: iso(), ...fields });

for (const type of SERVER) {
  for (const [name, document] of examples(type)) {
    test(`the published example ${type}/${name} is read with every value`, () => {
      const read = readMessage(JSON.stringify(document));
      const { version, recovered, ...said } = document; // nobody needs to know whether it recovered
      const expected = { request_id: null, ...more(type), ...said };
      assert.deepEqual({ ...read }, withNulls(expected, read));
    });
  }
}

/** What was told, and null for each field that is newer than the example. */
function withNulls(told, read) {
  if (Array.isArray(told)) return told.map((each, index) => withNulls(each, read?.[index]));
  if (told === null || typeof told !== "object") return told;
  const newer = Object.keys(read ?? {}).filter((name) => !Object.hasOwn(told, name));
  const known = Object.entries(told).map(([name, each]) => [name, withNulls(each, read?.[name])]);
  return Object.fromEntries([...known, ...newer.map((name) => [name, null])]);
}

function more(type) {
  if (type === "error") return { closing: false };
  if (type === "answer") return { text: "", ended: false };
  return type === "pong" ? {} : { more: false };
}

const snapshot = (fields) => message({ type: "snapshot", transfers: [transfer("t-1", fields)] });
const BROKEN = {
  "no JSON": "{",
  "no object": "[1]",
  nothing: "",
  "a frame of bytes": new ArrayBuffer(4),
  "a type that is new": message({ type: "weather" }),
  "a type that every object has": message({ type: "constructor" }),
  "no time": JSON.stringify({ version: 1, type: "pong" }),
  "a transfer without figures": snapshot({ bytes_done: undefined }),
  "a number that is none": snapshot({ percent: "40" }),
  "more than all of it": snapshot({ percent: 101 }),
  "a number beyond those that are exact": snapshot({ seq: 2 ** 53 }),
  "a state that is new": snapshot({ status: "resting" }),
  "an object for a text": snapshot({ target_path: {} }),
  "runs that are none": snapshot({ chunk_runs: "5x" }),
  "runs without an end": snapshot({ chunk_runs: "1d".repeat(3_000) }),
  "an id that is an address": snapshot({ transfer_id: "../users" }),
  "a change that leads nowhere": message({
    type: "delta",
    changes: [{ transfer_id: "t-1", epoch: "e1", seq: 3, base: 3, set: {} }],
  }),
};

for (const [name, frame] of Object.entries(BROKEN)) {
  test(`${name} is skipped`, () => assert.equal(readMessage(frame), null));
}

test("numbers that are larger than all are skipped", () => {
  assert.equal(readMessage(snapshot({}).replace('"percent":0', '"percent":1e999')), null);
});

test("another version says that the page is too old", () => {
  const newer = snapshot({}).replace('"version":1', '"version":2');
  assert.equal(readMessage(newer), TOO_NEW);
});

test("fields that nobody knows get no further", () => {
  const frame = snapshot({ colour: "blue" }).replace('"colour"', '"__proto__":{"run":7},"colour"');
  const [read] = readMessage(frame).transfers;
  assert.deepEqual(read, transfer());
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
});

test("a change names only what has changed", () => {
  const change = { transfer_id: "t-1", epoch: "e1", seq: 2, base: 1, set: { eta: null, new: 1 } };
  const read = readMessage(message({ type: "delta", changes: [change] }));
  assert.deepEqual(read.changes[0].set, { eta: null });
  assert.equal(read.changes[0].chunk_changes, null);
});
