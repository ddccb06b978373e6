// Where a transfer stands: which tab of the queue shows it, and why it does not go on.

import { clockText } from "../format/times.js";
import { durationText } from "../format/durations.js";
import { escaped } from "../format/names.js";

export const TABS = ["active", "waiting", "attention", "done"];
export const NO_SESSION = "no_session_free";
export const QUIET = "nothing_heard";
export const PAUSED = "paused";
export const TO_BEGIN = "to_begin";

/** A transfer that is at work tells of itself each second. A step takes 15 minutes at most. */
const QUIET_MS = 20 * 60_000;
const AT_WORK = new Set(["requested", "moving", "verifying", "committing"]);

/**
 * @param {import("../live/shown.js").Shown} shown
 * @param {Date | null} now by the service's clock; null where that is not known or was not heard
 *   for long: nothing is called quiet then
 * @returns {"active" | "waiting" | "attention" | "done"}
 */
export function tabOf(shown, now) {
  const { status, failure } = shown;
  if (status === "completed" || status === "cancelled") return "done";
  if (status === "failed" || status === "failing") return "attention";
  if (status === "paused") return "waiting";
  if (status === "cancelling") return "active";
  if (waitsForSession(shown)) return "waiting";
  if (failure || isQuiet(shown, now)) return "attention";
  return status === "requested" ? "waiting" : "active";
}

/** Nothing went wrong: all sessions with its destination are in use. */
export function waitsForSession(shown) {
  return AT_WORK.has(shown.status) && shown.failure?.code === NO_SESSION;
}

export function isQuiet(shown, now) {
  if (!now || !AT_WORK.has(shown.status) || shown.failure) return false;
  return now - Date.parse(shown.seen_at) > QUIET_MS;
}

/** Why it waits, has trouble or failed, as a code to group by; null where nothing is the matter. */
export function reasonOf(shown, now) {
  const { status, failure } = shown;
  if (["completed", "cancelled", "cancelling"].includes(status)) return null;
  if (status === "paused") return PAUSED;
  if (failure) return failure.code;
  if (isQuiet(shown, now)) return QUIET;
  return status === "requested" ? TO_BEGIN : null;
}

const WORDS = new Map([
  [NO_SESSION, "waits for a session"],
  [QUIET, "nothing heard for long"],
  [PAUSED, "paused"],
  [TO_BEGIN, "not begun yet"],
]);

/** @param {string} code of `reasonOf` */
export function reasonText(code) {
  return WORDS.get(code) ?? escaped(code);
}

/** What a row says about it, or "". The service's words stand as they are, escaped. */
export function sentenceFor(shown, now) {
  const code = reasonOf(shown, now);
  if (code === null) return "";
  if (code === PAUSED) return "It goes on when it is resumed.";
  if (code === TO_BEGIN) return "It was not begun yet.";
  if (code === QUIET) {
    return `Nothing was heard of it for ${durationText((now - Date.parse(shown.seen_at)) / 1000)}.`;
  }
  return `${escaped(firstLine(shown.failure.message))}${triesText(shown)}`;
}

function firstLine(message) {
  return String(message ?? "").trim().split(/\r?\n/, 1)[0];
}

function triesText({ status, failure }) {
  if (status === "failed" || status === "failing") return "";
  const { attempt, attempts, next_try_at: next } = failure;
  const tries = attempt && attempts ? ` Try ${attempt} of ${attempts} failed.` : "";
  return next ? `${tries} The next one is at ${clockText(next)} at the latest.` : tries;
}
