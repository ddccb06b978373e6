// A transfer's figures in words, the same as those of `fileferry watch`.

import { bytesText, count, counted, percentText, rateText } from "../../format/bytes.js";
import { durationText } from "../../format/durations.js";
import { escaped } from "../../format/names.js";
import { microseconds } from "../../live/instants.js";
import { hasEnded, moves } from "../../live/shown.js";

/** What is said where there is no rate. */
const TAILS = { requested: "waits for its start", moving: "rate unknown" };
const UNKNOWN = "unknown"; // as the API says it

/** @returns {string} "40 %"; "" where the size is not known yet */
export function percentOf(shown) {
  return percentText(shown.percent, shown.status === "completed");
}

/** "1.2 GB of 3.0 GB" */
export function bytesOf(shown) {
  if (shown.bytes_done === null) return "";
  const size = shown.size_bytes === null ? "" : ` of ${bytesText(shown.size_bytes)}`;
  return `${bytesText(shown.bytes_done)}${size}`;
}

/** "1,204 of 2,000 files, 3 failed", of many files; "" of one */
export function filesOf({ files }) {
  if (!files) return "";
  const there = `${count(files.done + files.skipped)} of ${counted(files.total, "file")}`;
  return files.failed ? `${there}, ${count(files.failed)} failed` : there;
}

/** "2 lanes", while any is at work */
export function lanesOf(shown) {
  return shown.status === "moving" && shown.lanes ? counted(shown.lanes, "lane") : "";
}

/** "2 min 5 s left" */
export function leftOf(shown) {
  const eta = shown.eta_text;
  return eta === null || eta === UNKNOWN ? "time unknown" : `${escaped(eta)} left`;
}

/**
 * The rate and how long it takes, or why there is neither.
 *
 * @param {import("../../live/shown.js").Shown} shown
 * @param {number | null} staleFor seconds since anything was heard, where that is too long
 */
export function tailOf(shown, staleFor = null) {
  if (staleFor !== null) return `last seen ${durationText(staleFor)} ago`;
  if (moves(shown)) return `${rateText(shown.rate_bytes_per_second)}, ${leftOf(shown)}`;
  if (shown.status === "completed") {
    const rate = averageRate(shown);
    return `done${took(shown)}${rate ? `, ${rateText(rate)}` : ""}`;
  }
  return TAILS[shown.status] ?? shown.status;
}

/** Over the whole run, in bytes a second, by the service's clock. A moment is too short to say. */
function averageRate(shown) {
  const seconds = secondsOf(shown);
  if (shown.status !== "completed" || !shown.size_bytes || seconds === null || seconds < 1) return null;
  return shown.size_bytes / seconds;
}

/** How long the run took, by the service's clock. */
function secondsOf({ started_at, finished_at }) {
  if (!started_at || !finished_at) return null;
  return Math.max(0, (microseconds(finished_at) - microseconds(started_at)) / 1e6);
}

/** " in 20 s", or nothing where that is not known. */
export function took(shown) {
  const seconds = secondsOf(shown);
  if (seconds === null) return "";
  return seconds >= 1 ? ` in ${durationText(seconds)}` : " in less than 1 s";
}

/**
 * Which try failed and when the next one is: "Try 3 of 8 failed, next try in 20 s: ", or "".
 *
 * @param {Date | null} now by the service's clock
 */
export function triesOf(failure, now) {
  const said = [];
  if (failure.attempt && failure.attempts) said.push(`try ${failure.attempt} of ${failure.attempts} failed`);
  const wait = now && failure.next_try_at ? (Date.parse(failure.next_try_at) - now.getTime()) / 1000 : 0;
  if (wait > 0) said.push(`next try in ${durationText(wait)}`);
  const text = said.join(", ");
  return text && `${text[0].toUpperCase()}${text.slice(1)}: `;
}

/** What a screen reader says of a change: a new state, and each 10 %. Null: nothing. */
export function spoken(before, now) {
  if (!before || before.id !== now.id) return null;
  if (now.run > before.run) return `Tried again, run ${now.run}: ${now.status}.`;
  if (now.status !== before.status) {
    const why = now.status === "failed" && now.failure ? ` ${escaped(now.failure.message)}` : "";
    return `The transfer is ${now.status}${now.status === "completed" ? took(now) : ""}.${why}`;
  }
  if (hasEnded(now) || now.percent === null) return null;
  const tenth = Math.floor(Math.min(99, now.percent) / 10);
  if (before.percent === null ? tenth === 0 : tenth <= Math.floor(Math.min(99, before.percent) / 10)) return null;
  return `${tenth * 10} %, ${tailOf(now)}.`;
}
