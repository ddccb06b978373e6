// Messages of the WebSocket, as a client reads them. What is not understood is skipped.

import { id, liveChange, liveTransfer } from "./fields.js";
import { Malformed, count, flag, list, nullable, optional, record, text, time } from "./reading.js";

const always = { request_id: optional(nullable(id)), sent_at: time, type: text };
const more = optional(flag, false);
const piece = { conversation_id: id, turn_id: id, number: count, text: optional(text, "") };
const READERS = new Map([
  ["snapshot", record({ ...always, transfers: list(liveTransfer), more })],
  ["delta", record({ ...always, changes: list(liveChange), more })],
  ["gone", record({ ...always, transfer_ids: list(id), code: text, message: text, more })],
  ["error", record({ ...always, code: text, message: text, closing: optional(flag, false) })],
  ["pong", record(always)],
  ["answer", record({ ...always, ...piece, tool: optional(nullable(text)), ended: optional(flag, false) })],
]);

/** Stands for any message of a version that is not ours: the page is older than the service. */
export const TOO_NEW = Object.freeze({ type: "too_new" });

/**
 * @param {unknown} frame
 * @returns {object | null} null for what this version does not understand: it is a sign of life and
 *   nothing else
 */
export function readMessage(frame) {
  try {
    const raw = JSON.parse(typeof frame === "string" ? frame : "");
    if (Number.isInteger(raw?.version) && raw.version !== 1) return TOO_NEW;
    return READERS.get(raw?.type)?.(raw) ?? null;
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) return null;
    throw error;
  }
}
