// The agent in words: what it looks at, in which state a proposal is, how long something takes.

import { count, counted } from "../../format/bytes.js";
import { durationText } from "../../format/durations.js";
import { escaped } from "../../format/names.js";

export const MOST_CHARACTERS = 4_000; // of a message, as contracts/agent_api.py has it

/** What each tool of the agent looks at. */
const LOOKED_AT = {
  list_buckets: "buckets",
  list_files: "files",
  object_details: "a file's details",
  list_destinations: "partners",
  destination_details: "a partner's details",
  who_am_i: "what you may do",
  check_access: "what you may do",
  list_transfers: "transfers",
  transfer_details: "a transfer's details",
  reason_advice: "advice about a failure",
  waiting_for: "who waits for a session",
  estimate: "how long others took",
  statistics: "statistics",
};
const PROPOSE = "propose"; // looks at nothing

export function lookedAtText(tools) {
  const words = [...new Set(tools.filter((tool) => tool !== PROPOSE).map((tool) => thing(tool)))];
  return words.length ? `Looked at ${words.join(", ")}.` : "";
}

/** While it answers. @param {string | null} tool */
export function nowText(tool, isStopping) {
  if (isStopping) return "Stopping …";
  if (tool === PROPOSE) return "Writes a proposal …";
  return tool ? `Looks at ${thing(tool)} …` : "Answering …";
}

function thing(tool) {
  return Object.hasOwn(LOOKED_AT, tool) ? LOOKED_AT[tool] : escaped(tool);
}

const STATES = {
  open: ["waiting", "warn", "Waits for you"],
  confirming: ["moving", "live", "Being done"],
  confirmed: ["done", "done", "Confirmed"],
  failed: ["bad", "bad", "Not done"],
  rejected: ["cancel", "idle", "Rejected"],
  superseded: ["cancel", "idle", "Superseded"],
  expired: ["history", "idle", "Expired"],
};

/** @param {string} [user] who looks @returns {[string, string, string]} icon, tone, text */
export function stateOf({ state, steps, owner }, user) {
  if (state === "open" && owner !== user) return ["waiting", "warn", "Waits for its owner"];
  const isPart = state === "confirmed" && steps.some((step) => step.failure);
  if (isPart) return ["bad", "warn", "Done in part"];
  return Object.hasOwn(STATES, state) ? STATES[state] : ["note", "idle", escaped(state)];
}

/** What became of it, for one that cannot be confirmed any more; else "". */
export function endText({ state }) {
  return {
    rejected: "Nothing was done: it was rejected.",
    superseded: "Nothing was done: a new message took its place.",
    expired: "Nothing was done: its time is over. Ask again.",
  }[state] ?? "";
}

/** @param {Date} now by the service's clock, as far as it is known */
export function leftText(expiresAt, now) {
  const seconds = (Date.parse(expiresAt) - now.getTime()) / 1_000;
  return seconds >= 1 ? `${durationText(seconds)} left` : "no time left";
}

/** @param {object | null} estimate EstimateView */
export function estimateText(estimate) {
  if (!estimate) return "";
  const { seconds, low_seconds: low, high_seconds: high } = estimate;
  if (seconds === null) return `Not known: ${escaped(estimate.basis)}`;
  const spread = low === null || high === null ? "" : ` (${durationText(low)} to ${durationText(high)} for 80 of 100)`;
  return `about ${durationText(seconds)}${spread}, from ${counted(estimate.counted, "transfer")}: ${escaped(estimate.basis)}`;
}

export function successText(estimate) {
  const percent = estimate?.success_percent ?? null;
  return percent === null ? "" : `${Math.floor(percent)} % of such transfers succeed`;
}

/** "3fa94c1b … 09ab77de": enough to compare by eye. */
export function shortDigest(digest) {
  return `${digest.slice(0, 8)} … ${digest.slice(-8)}`;
}

/** As the service counts: a character outside the basic plane is one. */
export function lengthOf(text) {
  return [...text].length;
}

export function lengthText(text) {
  return `${count(lengthOf(text))} of ${count(MOST_CHARACTERS)} characters`;
}

/** Kinds whose steps start or steer a transfer, so that a result is a transfer's id. */
export function isTransfer(kind) {
  return kind !== "ticket";
}
