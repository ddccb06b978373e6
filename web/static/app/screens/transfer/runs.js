// The chunks of a transfer as runs of the same state: 120d1m365w. They are never written out.

import { count } from "../../format/bytes.js";

export const STATES = { d: "done", m: "moving", w: "waiting" };
const FORM = /^(?:[1-9]\d{0,9}[dmw])+$/;
const MOST_CHARACTERS = 8_000; // the service tells 4,000; changes may leave somewhat more

/**
 * @typedef {{total: number, ends: number[], states: ("d" | "m" | "w")[], done: number,
 *   moving: number, waiting: number}} Runs `ends[i]`: the first chunk after run i
 */

/** @returns {Runs | null} null for what is unknown, malformed, or of another number of chunks */
export function readRuns(text, total) {
  if (!text || text.length > MOST_CHARACTERS || !FORM.test(text)) return null;
  const counts = { d: 0, m: 0, w: 0 };
  const ends = [];
  const states = [];
  let at = 0;
  for (const [, length, state] of text.matchAll(/(\d+)([dmw])/g)) {
    at += Number(length);
    counts[state] += Number(length);
    ends.push(at);
    states.push(state);
  }
  if (total !== undefined && at !== total) return null;
  return { total: at, ends, states, done: counts.d, moving: counts.m, waiting: counts.w };
}

/** The run that holds a chunk. */
export function runAt(runs, chunk) {
  let low = 0;
  let high = runs.ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs.ends[middle] > chunk) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many of the chunks from `first` to before `last` are in which state. */
export function countsBetween(runs, first, last) {
  const counts = { d: 0, m: 0, w: 0 };
  let at = first;
  for (let run = runAt(runs, first); at < last && run < runs.ends.length; run += 1) {
    const end = Math.min(runs.ends[run], last);
    counts[runs.states[run]] += end - at;
    at = end;
  }
  return counts;
}

/** Numbers of chunks begin with 1 for people. "Chunk 7: done", "Chunks 1 to 24: 23 done, 1 moving" */
export function chunksInWords(runs, first, last) {
  if (last - first === 1) return `Chunk ${count(first + 1)}: ${STATES[runs.states[runAt(runs, first)]]}`;
  const counts = countsBetween(runs, first, last);
  const said = Object.keys(STATES)
    .filter((state) => counts[state])
    .map((state) => `${count(counts[state])} ${STATES[state]}`);
  return `Chunks ${count(first + 1)} to ${count(last)}: ${said.join(", ")}`;
}

/** Where they are, for those who do not see the map: the first `most` runs, and how many more. */
export function runsInWords(runs, most = 8) {
  const said = runs.ends.slice(0, most).map((end, at) => {
    const first = at === 0 ? 0 : runs.ends[at - 1];
    const name = end - first === 1 ? count(end) : `${count(first + 1)} to ${count(end)}`;
    return `${name} ${STATES[runs.states[at]]}`;
  });
  const rest = runs.ends.length - most;
  return `Chunks ${said.join("; ")}${rest > 0 ? `; and ${count(rest)} more` : ""}.`;
}

/** The chunks that are being moved, at most `most`. */
export function movingChunks(runs, most = 16) {
  const found = [];
  for (const [at, state] of runs.states.entries()) {
    if (state !== "m") continue;
    const first = at === 0 ? 0 : runs.ends[at - 1];
    for (let chunk = first; chunk < runs.ends[at] && found.length < most; chunk += 1) found.push(chunk);
  }
  return found;
}
