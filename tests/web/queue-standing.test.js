// Which tab shows a transfer, and what its row says.

import assert from "node:assert/strict";
import test from "node:test";
import { isQuiet, reasonOf, reasonText, sentenceFor, tabOf } from "../../web/static/app/transfers/standing.js";
import { at, failure, shown } from "./queue-world.js";

const NOW = at(60);

test("each state has its tab", () => {
  const tabs = {
    requested: "waiting",
    moving: "active",
    paused: "waiting",
    verifying: "active",
    committing: "active",
    completed: "done",
    failing: "attention",
    failed: "attention",
    cancelling: "active",
    cancelled: "done",
  };
  for (const [status, tab] of Object.entries(tabs)) assert.equal(tabOf(shown("a", { status }), NOW), tab, status);
});

test("whoever is in line for a session waits, and any other trouble needs attention", () => {
  const inLine = shown("a", { failure: failure("no_session_free") });
  assert.equal(tabOf(inLine, NOW), "waiting");
  assert.equal(reasonOf(inLine, NOW), "no_session_free");
  const troubled = shown("a", { status: "requested", failure: failure("connection_refused") });
  assert.equal(tabOf(troubled, NOW), "attention");
});

test("a paused transfer waits for somebody, whatever trouble it had before", () => {
  const paused = shown("a", { status: "paused", failure: failure("connection_refused") });
  assert.equal(tabOf(paused, NOW), "waiting");
  assert.equal(reasonOf(paused, NOW), "paused");
});

test("one that was not heard of for long needs attention, if that is known", () => {
  const late = at(2 + 20 * 60 + 1);
  assert.equal(tabOf(shown("a"), late), "attention");
  assert.equal(reasonOf(shown("a"), late), "nothing_heard");
  assert.match(sentenceFor(shown("a"), late), /20 min 1 s/);
  assert.equal(tabOf(shown("a"), null), "active");
  assert.equal(isQuiet(shown("a", { status: "paused" }), late), false);
  assert.equal(isQuiet(shown("a", { failure: failure("no_session_free") }), late), false);
});

test("a row says the first line of the service's words, what is hidden in them, and the tries", () => {
  const trouble = failure("timed_out", { message: "No \u202eanswer.\nDetails", attempt: 2, attempts: 8 });
  assert.equal(sentenceFor(shown("a", { failure: trouble }), NOW), "No <U+202E>answer. Try 2 of 8 failed.");
  const failed = shown("a", { status: "failed", failure: trouble });
  assert.equal(sentenceFor(failed, NOW), "No <U+202E>answer.");
  assert.equal(sentenceFor(shown("a"), NOW), "");
});

test("a reason that somebody wrote into an address is text", () => {
  assert.equal(reasonText("constructor"), "constructor");
  assert.equal(reasonText("__proto__"), "__proto__");
});
