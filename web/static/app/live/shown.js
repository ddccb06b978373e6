// A transfer as it is shown, whether the stream or the REST API told of it.

import { durationText } from "../format/durations.js";
import { transferSummary, transferView } from "./fields.js";
import { later, microseconds } from "./instants.js";
import { Malformed } from "./reading.js";

/**
 * @typedef {object} Shown all times are texts as the service tells them
 * @property {string} id
 * @property {string} status
 * @property {number} run grows with each retry
 * @property {string} owner
 * @property {string | null} label
 * @property {{bucket: string, key: string, version_id: string | null}} source
 * @property {{id: string, name?: string, host?: string}} destination
 * @property {string} target_path
 * @property {number | null} size_bytes
 * @property {number | null} bytes_done
 * @property {number | null} percent
 * @property {number | null} rate_bytes_per_second null while nothing moves
 * @property {string | null} eta_text
 * @property {number} lanes that are at work
 * @property {{total: number, done: number, proven: number} | null} chunks
 * @property {{total: number, done: number, failed: number, skipped: number} | null} files of many
 * @property {string | null} chunk_runs of the same moment as `chunks`; null where it is not told
 * @property {object | null} failure
 * @property {object | null} receipt
 * @property {string} requested_at
 * @property {string | null} started_at
 * @property {string | null} finished_at
 * @property {string} seen_at
 */

const ENDED = new Set(["completed", "failed", "cancelled"]);
const ENDING = new Set(["failing", "cancelling"]);

export function hasEnded(shown) {
  return ENDED.has(shown.status);
}

export function moves(shown) {
  return shown.status === "moving" && shown.rate_bytes_per_second !== null;
}

/** @returns {Shown} */
export function fromLive(live) {
  const { transfer_id, epoch, seq, eta, destination, ...same } = live;
  const { id, name, host } = destination;
  return Object.freeze({
    ...same,
    id: transfer_id,
    destination: { id, name, host },
    eta_text: eta ? eta.text : null,
  });
}

/**
 * Of a TransferView or a TransferSummary. A summary does not say how much was moved.
 *
 * @returns {Shown | null} null for what is neither
 */
export function fromRest(document) {
  try {
    const isFull = Object.hasOwn(document ?? {}, "bytes_done");
    return isFull ? fromView(transferView(document)) : fromSummary(transferSummary(document));
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

function fromView(view) {
  return rest(view, {
    bytes_done: view.bytes_done,
    percent: view.percent,
    rate_bytes_per_second: view.rate_bytes_per_second,
    eta_text: view.eta_seconds === null ? null : durationText(view.eta_seconds),
    lanes: view.lanes.filter((lane) => lane.state === "moving").length,
    chunks: view.chunks,
    files: view.files ?? null,
  });
}

function fromSummary(summary) {
  const isWhole = summary.status === "completed";
  return rest(summary, {
    bytes_done: isWhole ? summary.size_bytes : null,
    percent: isWhole ? 100 : null,
    rate_bytes_per_second: null,
    eta_text: null,
    lanes: 0,
    chunks: null,
    files: null,
  });
}

function rest(view, figures) {
  return Object.freeze({
    id: view.id,
    status: view.status,
    run: view.run,
    owner: view.owner,
    label: view.label,
    source: view.source,
    destination: { id: view.destination_id },
    target_path: view.final_path || view.target_path,
    size_bytes: view.size_bytes,
    ...figures,
    chunk_runs: null,
    failure: view.failure,
    receipt: view.receipt,
    requested_at: view.requested_at,
    started_at: view.started_at,
    finished_at: view.finished_at,
    seen_at: view.updated_at,
  });
}

/**
 * What to show after `before` when `now` is heard: within a run nothing goes backwards. It is
 * `before` itself where nothing is new, so that nobody draws it again.
 *
 * The stream and the REST API do not know a change at the same moment, and a service that begins
 * anew may know less than it did. A run that has ended stays ended until there is a new one.
 *
 * @param {Shown | undefined} before
 * @param {Shown} now
 * @returns {Shown}
 */
export function onward(before, now) {
  if (!before) return now;
  if (now.run < before.run || (now.run === before.run && hasEnded(before) && !hasEnded(now))) {
    return before;
  }
  const destination = now.destination.name ? now.destination : named(before, now);
  return settled(before, { ...(now.run > before.run ? now : merged(before, now)), destination });
}

function merged(before, now) {
  return {
    ...now,
    ...chunksOf(before, now),
    status: statusOf(before, now),
    size_bytes: now.size_bytes ?? before.size_bytes,
    files: now.files ?? before.files,
    bytes_done: larger(before.bytes_done, now.bytes_done),
    percent: larger(before.percent, now.percent),
    receipt: now.receipt ?? before.receipt,
    started_at: now.started_at ?? before.started_at,
    seen_at: later(before.seen_at, now.seen_at),
  };
}

/** The stream does not know that a transfer is about to end. It still says that it moves. */
function statusOf(before, now) {
  if (hasEnded(now) || ENDING.has(now.status)) return now.status;
  const isOlder = microseconds(now.seen_at) < microseconds(before.seen_at);
  return isOlder || ENDING.has(before.status) ? before.status : now.status;
}

/** The REST API tells only the id of a destination. */
function named(before, now) {
  return before.destination.id === now.destination.id ? before.destination : now.destination;
}

/** The chunks of whoever knows of more. Runs that belong to fewer chunks would be untrue. */
function chunksOf(before, now) {
  if (!now.chunks) return { chunks: before.chunks, chunk_runs: before.chunk_runs };
  if (!before.chunks) return { chunks: now.chunks, chunk_runs: now.chunk_runs };
  const ahead = now.chunks.done - before.chunks.done || now.chunks.proven - before.chunks.proven;
  if (ahead < 0) return { chunks: before.chunks, chunk_runs: before.chunk_runs };
  const kept = now.chunks.done === before.chunks.done ? before.chunk_runs : null;
  return { chunks: now.chunks, chunk_runs: now.chunk_runs ?? kept };
}

function larger(one, other) {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** Parts that are equal stay the same objects, too. */
function settled(before, after) {
  let isNew = false;
  const kept = {};
  for (const [name, value] of Object.entries(after)) {
    const same = value === before[name] || JSON.stringify(value) === JSON.stringify(before[name]);
    kept[name] = same ? before[name] : value;
    isNew ||= !same;
  }
  return isNew ? Object.freeze(kept) : before;
}
