// The timeline of a transfer: gaps are cut and named, repetitions folded, failures found.

import assert from "node:assert/strict";
import test from "node:test";
import * as timeline from "../../web/static/app/screens/transfer/timeline.js";
import { receiptInWords } from "../../web/static/app/screens/transfer/receipt.js";

const START = Date.parse("2026-11-24T08:00:00Z");

function entry(sequence, type, minute, more = {}) {
  const at = new Date(START + minute * 60_000).toISOString();
  return { event_id: `e-${sequence}`, type, at, sequence, run: 1, by: null, trouble: null, failure: null, receipt: null, size_bytes: null, bytes_done: null, chunks: null, lanes: null, ...more };
}

const trouble = (code, attempt = null) => ({ code, message: `Because of ${code}.`, attempt, attempts: attempt && 8 });
const delayed = (sequence, minute, code, attempt, run = 1) => entry(sequence, "TransferDelayed", minute, { trouble: trouble(code, attempt), run });

const STORY = [
  entry(9, "TransferCompleted", 200, { receipt: { bytes_sent: 3e9 } }),
  entry(8, "TransferResumed", 190, { by: "jane.doe" }),
  entry(7, "TransferPaused", 60, { by: "jane\u202e" }),
  delayed(6, 14, "partner_unreachable", 3),
  delayed(5, 12, "partner_unreachable", 2),
  delayed(4, 11, "partner_unreachable", 1),
  delayed(3, 10, "session_wait"),
  entry(2, "TransferStarted", 1, { chunks: 30, lanes: 2 }),
  entry(1, "TransferRequested", 0, { by: "jane.doe" }),
];

test("repeated delays are one line, and long times have a name", () => {
  const lines = timeline.linesOf(STORY);
  const words = lines.map((line) => (line.kind === "gap" ? line.text : timeline.titleOf(line)));
  assert.deepEqual(words, [
    "Completed",
    "10 min of moving",
    "Resumed by jane.doe",
    "2 h 10 min paused",
    "Paused by jane<U+202E>",
    "46 min without an event",
    "Tried again 3 times: partner_unreachable",
    "Held up: session_wait",
    "Started",
    "Requested by jane.doe",
  ]);
  assert.equal(new Set(lines.map((line) => line.key)).size, lines.length);
});

test("delays of another reason or run are not folded together", () => {
  const kinds = (...entries) => timeline.linesOf(entries).map((line) => line.kind);
  assert.deepEqual(kinds(delayed(3, 3, "a", 1), delayed(2, 2, "b", 1), delayed(1, 1, "a", 1)), ["fact", "fact", "fact"]);
  assert.deepEqual(kinds(delayed(2, 2, "a", 1, 2), delayed(1, 1, "a", 1, 1)), ["fact", "fact"]);
});

test("failures come first, or alone", () => {
  const failed = entry(10, "TransferFailed", 210, { failure: { code: "x", message: "Why\u0007" } });
  const titles = (order) => timeline.linesOf([failed, ...STORY], order).map(timeline.titleOf);
  assert.deepEqual(titles("bad"), ["Failed: x", "Tried again 3 times: partner_unreachable", "Held up: session_wait"]);
  assert.deepEqual(titles("bad-first").slice(0, 4), [...titles("bad"), "Completed"]);
  assert.equal(timeline.detailOf(timeline.linesOf([failed])[0]), "Why<U+0007>");
  assert.equal(timeline.toneOf(timeline.linesOf([failed])[0]), "bad");
});

test("pages are merged without repetitions, the newest first", () => {
  const both = timeline.merged(STORY.slice(4), [...STORY.slice(0, 6)]);
  assert.deepEqual(both.map((each) => each.event_id), STORY.map((each) => each.event_id));
});

test("without a timeline the live state's own times are told", () => {
  const shown = { status: "failed", run: 2, owner: "jane", requested_at: "a", started_at: null, finished_at: "b", failure: { code: "x", message: "y" }, chunks: null, size_bytes: 5 };
  assert.deepEqual(timeline.factsOf(shown).map((each) => each.type), ["TransferFailed", "TransferRequested"]);
});

test("a receipt says what was proved, and what was not", () => {
  const receipt = { proven: null, delivery: "direct", verified: "size", source_checksum: "not_compared", source_algorithm: null, bytes_sent: 1_234, chunks: 1, attempts: 2 };
  const words = Object.fromEntries(receiptInWords(receipt));
  assert.match(words["At the partner"], /not recorded/);
  assert.match(words.Delivery, /visible before it was whole/);
  assert.match(words.Source, /not compared/);
  assert.match(words.Sent, /1,234 bytes in 1 chunk, 2 leases/);
  assert.match(Object.fromEntries(receiptInWords({ ...receipt, proven: "sampled", source_checksum: "matched", source_algorithm: "md5" })).Source, /\(md5\)/);
});
