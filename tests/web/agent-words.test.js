// The agent in words: pieces put together, sentences for readers, times, sizes and states.

import assert from "node:assert/strict";
import test from "node:test";
import { escapedText } from "../../web/static/app/format/names.js";
import { sentencesOf, textOf, toolOf, untold, withPiece } from "../../web/static/app/screens/agent/pieces.js";
import {
  endText, estimateText, leftText, lengthText, lookedAtText, nowText, shortDigest, stateOf, successText,
} from "../../web/static/app/screens/agent/words.js";
import { proposed } from "./agent-world.js";

const piece = (number, text, more = {}) => ({ turn_id: "t-1", number, text, tool: null, ...more });
const of = (...pieces) => pieces.reduce(withPiece, null);

test("pieces are put in order, and each counts once", () => {
  assert.equal(textOf(of(piece(2, "c"), piece(0, "a"), piece(1, "b"), piece(1, "X"))), "abc");
});

test("where a piece is missing stands an ellipsis until it comes", () => {
  const known = of(piece(0, "a"), piece(2, "c"));
  assert.equal(textOf(known), "a…c");
  assert.equal(textOf(withPiece(known, piece(1, "b"))), "abc");
  assert.equal(textOf(of(piece(7, "late"))), "…late");
});

test("another turn begins anew", () => {
  assert.equal(textOf(of(piece(0, "old"), piece(0, "new", { turn_id: "t-2" }))), "new");
});

test("pieces without end are not kept without end", () => {
  let known = null;
  for (let number = 0; number < 600; number += 1) known = withPiece(known, piece(number, "x"));
  assert.equal(known.byNumber.size, 500);
});

test("the tool is that of the last piece", () => {
  const looking = of(piece(0, "a"), piece(1, "", { tool: "list_files" }));
  assert.equal(toolOf(looking), "list_files");
  assert.equal(toolOf(withPiece(looking, piece(2, "b"))), null);
  assert.equal(toolOf(null), null);
});

test("readers hear whole sentences, and the rest when the answer is whole", () => {
  const { sentences, rest } = sentencesOf("It is there. In 3.5 s!\nShall I");
  assert.deepEqual(sentences, ["It is there. ", "In 3.5 s!\n"]);
  assert.equal(rest, "Shall I");
  const pieces = of(piece(0, "It is there. In"));
  assert.equal(untold("It is there. In 3 s.", pieces), "In 3 s.");
  assert.equal(untold("Another answer.", pieces), "Another answer.");
  assert.equal(untold("All of it.", null), "All of it.");
});

test("tools are told in words, each once, and a new one by its name", () => {
  assert.equal(lookedAtText(["list_files", "list_files", "propose", "who_am_i"]), "Looked at files, what you may do.");
  assert.equal(lookedAtText(["propose"]), "");
  assert.equal(nowText("list_transfers", false), "Looks at transfers …");
  assert.equal(nowText("propose", false), "Writes a proposal …");
  assert.equal(nowText(null, false), "Answering …");
  assert.equal(nowText(null, true), "Stopping …");
  assert.equal(nowText("new\u202etool", false), "Looks at new<U+202E>tool …");
  assert.equal(nowText("constructor", false), "Looks at constructor …");
});

test("an estimate has its spread and says from what it comes", () => {
  const known = { seconds: 240, low_seconds: 180, high_seconds: 400, success_percent: 99.6, counted: 57, basis: "to acme" };
  assert.equal(estimateText(known), "about 4 min (3 min to 6 min 40 s for 80 of 100), from 57 transfers: to acme");
  assert.equal(successText(known), "99 % of such transfers succeed");
  const none = { seconds: null, low_seconds: null, high_seconds: null, success_percent: null, counted: 2, basis: "too few" };
  assert.equal(estimateText(none), "Not known: too few");
  assert.equal(successText(none), "");
  assert.equal(estimateText(null), "");
});

test("the time that is left goes down, and not below nothing", () => {
  const until = "2026-11-27T10:15:00Z";
  assert.equal(leftText(until, new Date("2026-11-27T10:00:28Z")), "14 min 32 s left");
  assert.equal(leftText(until, new Date("2026-11-27T10:14:59.500Z")), "no time left");
  assert.equal(leftText(until, new Date("2026-11-27T11:00:00Z")), "no time left");
});

test("each state of a proposal is told, and a new one by its name", () => {
  const step = { sentence: "Send it.", size_bytes: null, result: null, failure: { code: "x", message: "No." } };
  assert.equal(stateOf(proposed(), "ada")[2], "Waits for you");
  assert.equal(stateOf(proposed(), "aud.itor")[2], "Waits for its owner");
  assert.equal(stateOf(proposed({ state: "confirmed" }))[2], "Confirmed");
  assert.equal(stateOf(proposed({ state: "confirmed", steps: [step] }))[2], "Done in part");
  assert.equal(stateOf(proposed({ state: "failed", steps: [step] }))[2], "Not done");
  assert.equal(stateOf(proposed({ state: "constructor" }))[2], "constructor");
  assert.match(endText(proposed({ state: "superseded" })), /a new message took its place/);
  assert.equal(endText(proposed()), "");
});

test("lengths are counted as the service counts them", () => {
  assert.equal(lengthText("\u{1f600}a"), "2 of 4,000 characters");
  assert.equal(shortDigest(`${"a".repeat(32)}${"b".repeat(32)}`), "aaaaaaaa … bbbbbbbb");
});

test("a text keeps its lines and tabs, and nothing else that does not show", () => {
  assert.equal(escapedText("a\r\nb\tc\rd\u202e\u200b\0"), "a\nb\tc\nd<U+202E><U+200B><U+0000>");
  assert.equal(escapedText("<script>alert(1)</script>"), "<script>alert(1)</script>");
  assert.equal(escapedText(null), "");
});
