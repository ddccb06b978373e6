// What happened to a transfer, as the lines of its timeline: idle times cut, repetitions folded.

import { bytesText, count, counted } from "../../format/bytes.js";
import { durationText, secondsBetween } from "../../format/durations.js";
import { escaped } from "../../format/names.js";

const GAP_SECONDS = 600; // a longer time without an event is named
const BAD = new Set(["TransferFailed", "TransferDelayed"]);

/** What it did in the time after an event, for the name of a gap. */
const MEANWHILE = {
  TransferRequested: "of waiting for its start",
  TransferStarted: "of moving",
  TransferResumed: "of moving",
  TransferPaused: "paused",
  TransferFailed: "nothing happened",
  TransferCancelled: "nothing happened",
  TransferCompleted: "nothing happened",
};

/**
 * @typedef {{kind: "fact", key: string, entry: object}} FactLine
 * @typedef {{kind: "again", key: string, entries: object[]}} AgainLine delays for the same reason
 * @typedef {{kind: "gap", key: string, text: string}} GapLine
 */

/** Older pages are put behind newer ones, each event once, the newest first. */
export function merged(one, other) {
  const all = new Map([...one, ...other].map((entry) => [entry.event_id, entry]));
  return [...all.values()].sort((a, b) => b.sequence - a.sequence || (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/**
 * @param {object[]} entries TimelineEntry, newest first
 * @param {"all" | "bad-first" | "bad"} order
 * @returns {(FactLine | AgainLine | GapLine)[]} gaps are named only where all stand in their order
 */
export function linesOf(entries, order = "all") {
  const bad = folded(entries.filter((entry) => BAD.has(entry.type)));
  if (order === "bad") return bad;
  if (order === "bad-first") return [...bad, ...folded(entries.filter((entry) => !BAD.has(entry.type)))];
  return withGaps(folded(entries));
}

function folded(entries) {
  const lines = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last && repeats(last, entry)) {
      const before = last.kind === "again" ? last.entries : [last.entry];
      lines[lines.length - 1] = { kind: "again", key: last.key, entries: [...before, entry] };
    } else {
      lines.push({ kind: "fact", key: entry.event_id, entry });
    }
  }
  return lines;
}

function repeats(line, entry) {
  const newer = newestOf(line);
  const delays = newer.type === "TransferDelayed" && entry.type === "TransferDelayed";
  return delays && newer.run === entry.run && newer.trouble?.code === entry.trouble?.code;
}

export function newestOf(line) {
  return line.kind === "again" ? line.entries[0] : line.entry;
}

export function oldestOf(line) {
  return line.kind === "again" ? line.entries.at(-1) : line.entry;
}

function withGaps(lines) {
  const all = [];
  for (const [at, line] of lines.entries()) {
    all.push(line);
    const before = lines[at + 1];
    if (!before) continue;
    const seconds = secondsBetween(newestOf(before).at, oldestOf(line).at);
    if (seconds >= GAP_SECONDS) {
      const text = `${durationText(seconds)} ${MEANWHILE[newestOf(before).type] ?? "without an event"}`;
      all.push({ kind: "gap", key: `gap-${line.key}`, text });
    }
  }
  return all;
}

/** Tone for its mark: "bad", "warn", "done", "live" or "idle". */
export function toneOf(line) {
  const tones = { TransferFailed: "bad", TransferDelayed: "warn", TransferPaused: "warn", TransferCompleted: "done" };
  return tones[newestOf(line).type] ?? "idle";
}

/** @returns {string} what happened, in a few words */
export function titleOf(line) {
  const entry = newestOf(line);
  const code = escaped(entry.trouble?.code ?? entry.failure?.code ?? "");
  if (line.kind === "again") {
    const counts = line.entries.some((each) => each.trouble?.attempt);
    return `${counts ? "Tried again" : "Held up"} ${count(line.entries.length)} times: ${code}`;
  }
  const by = entry.by ? ` by ${escaped(entry.by)}` : "";
  const titles = {
    TransferRequested: entry.run > 1 ? `Retry requested${by}` : `Requested${by}`,
    TransferStarted: "Started",
    TransferDelayed: `${entry.trouble?.attempt ? "A try failed" : "Held up"}: ${code}`,
    TransferPaused: `Paused${by}`,
    TransferResumed: `Resumed${by}`,
    TransferCompleted: "Completed",
    TransferFailed: `Failed: ${code}`,
    TransferCancelled: `Cancelled${by}`,
  };
  return titles[entry.type] ?? escaped(entry.type);
}

/** @returns {string} more about it, or "" */
export function detailOf(line) {
  const entry = newestOf(line);
  const reason = entry.trouble?.message ?? entry.failure?.message;
  if (reason) return triedOf(entry) + escaped(reason);
  const said = [];
  if (entry.chunks) said.push(counted(entry.chunks, "chunk"));
  if (entry.lanes) said.push(`on ${counted(entry.lanes, "lane")}`);
  const moved = entry.bytes_done ?? entry.receipt?.bytes_sent ?? null;
  if (moved !== null) said.push(`${bytesText(moved)} moved`);
  else if (entry.size_bytes != null) said.push(bytesText(entry.size_bytes));
  return said.join(", ");
}

function triedOf({ trouble }) {
  return trouble?.attempt && trouble?.attempts ? `Try ${trouble.attempt} of ${trouble.attempts}. ` : "";
}

/** What the live state alone knows, while there is no timeline to be had: as entries. */
export function factsOf(shown) {
  const empty = { run: shown.run, by: null, trouble: null, failure: null, receipt: null, size_bytes: null };
  const fact = (type, at, sequence, more = {}) => at && { ...empty, event_id: type, type, at, sequence, ...more };
  const ends = { completed: "TransferCompleted", failed: "TransferFailed", cancelled: "TransferCancelled" };
  return [
    ends[shown.status] && fact(ends[shown.status], shown.finished_at, 3, { failure: shown.failure, receipt: shown.receipt }),
    fact("TransferStarted", shown.started_at, 2, { chunks: shown.chunks?.total || null }),
    fact("TransferRequested", shown.requested_at, 1, { by: shown.owner, run: 1, size_bytes: shown.size_bytes }),
  ].filter(Boolean);
}
