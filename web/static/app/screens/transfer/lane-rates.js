// How fast each lane is, from two readings of the transfer.
//
// A reading says how much of its chunk a lane has moved, and not which chunk that is. Where chunks
// were finished in between, it has to be clear which lanes finished one, or nothing is said.

/**
 * @typedef {{at: number, run: number, bytes_done: number, chunks_done: number,
 *   lanes: Map<number, {state: string, turn: number, bytes_in_flight: number}>}} Reading `at` in ms
 */

/** @param {object} view TransferView @param {number} at ms, by a clock that never jumps */
export function readingOf(view, at) {
  const lanes = new Map(view.lanes.map((lane) => [lane.number, lane]));
  return { at, run: view.run, bytes_done: view.bytes_done, chunks_done: view.chunks.done, lanes };
}

/**
 * @param {Reading | null} before
 * @param {Reading} now
 * @returns {Map<number, number | null>} bytes a second of each lane; null: not known
 */
export function laneRates(before, now) {
  const rates = new Map([...now.lanes.keys()].map((number) => [number, null]));
  const seconds = before ? (now.at - before.at) / 1000 : 0;
  if (!(seconds > 0) || before.run !== now.run) return rates;
  const moving = [...now.lanes.values()].filter((lane) => goesOn(before.lanes.get(lane.number), lane));
  const moved = new Map(moving.map((lane) => [lane.number, moreOf(before, lane)]));
  const chunks = now.chunks_done - before.chunks_done;
  if (chunks !== 0 && !addFinished(moved, chunks, before, now)) return rates;
  for (const [number, more] of moved) rates.set(number, more < 0 ? null : more / seconds);
  return rates;
}

/**
 * Adds a chunk to each lane that finished one. False where it is not clear which lanes these are.
 * What all lanes moved, less what is known of each, was moved in chunks of the same size.
 */
function addFinished(moved, chunks, before, now) {
  const finished = [...moved.keys()].filter((number) => moved.get(number) < 0);
  const isClear = [...now.lanes.values()].every((lane) => moved.has(lane.number) || rests(before, lane));
  if (!isClear || chunks !== finished.length) return false;
  const all = now.bytes_done - before.bytes_done;
  const known = [...moved.values()].reduce((sum, more) => sum + more, 0);
  for (const number of finished) moved.set(number, moved.get(number) + (all - known) / chunks);
  return true;
}

/** The same worker's turn: another one may have begun its chunk anew. */
function goesOn(before, lane) {
  return lane.state === "moving" && before?.state === "moving" && before.turn === lane.turn;
}

function rests(before, lane) {
  const was = before.lanes.get(lane.number);
  return lane.state !== "moving" && was?.state === lane.state && was.turn === lane.turn;
}

function moreOf(before, lane) {
  return lane.bytes_in_flight - before.lanes.get(lane.number).bytes_in_flight;
}
