// Which square of the map stands for which chunks, where it is, and how it is painted.

import { runAt } from "./runs.js";

const SIZES = [20, 16, 12, 10, 8, 7, 6, 5, 4]; // px of a square with its gap; the largest that fits
const MAP_HEIGHT = 352; // px, at most
const BAR_HEIGHT = 20;
const NARROWEST = 3; // px of a square in the bar
const GAP_FROM = 4; // px: narrower squares have no gap between them

/** Tones: 0 waits, SHADES is all done, between them a part is done; MOVING: one at least moves. */
export const SHADES = 16;
export const MOVING = SHADES + 1;

/**
 * @typedef {{open: boolean, cells: number, columns: number, rows: number, total: number,
 *   width: number, height: number, cellWidth: number, cellHeight: number}} Layout
 */

/** @returns {Layout} one row of squares, or as many rows as they need */
export function layoutOf(total, width, open) {
  if (!open) {
    const cells = Math.max(1, Math.min(total, Math.floor(width / NARROWEST)));
    const shape = { cells, columns: cells, rows: 1, cellWidth: width / cells, cellHeight: BAR_HEIGHT };
    return { open, total, width, height: BAR_HEIGHT, ...shape };
  }
  const room = (size) => Math.max(1, Math.floor(width / size)) * Math.floor(MAP_HEIGHT / size);
  const size = SIZES.find((each) => room(each) >= total) ?? SIZES.at(-1);
  const cells = Math.max(1, Math.min(total, room(size)));
  const columns = Math.max(1, Math.floor(width / size));
  const rows = Math.ceil(cells / columns);
  return { open, total, cells, columns, rows, width, height: rows * size, cellWidth: size, cellHeight: size };
}

/** The first chunk of a square. The next square's is the one after its last. */
export function firstChunk(layout, cell) {
  return Math.floor((cell * layout.total) / layout.cells);
}

/** "Each square is one chunk." */
export function scaleInWords(layout) {
  const share = layout.total / layout.cells;
  if (share === 1) return "Each square is one chunk.";
  const chunks = Number.isInteger(share) ? share : `${Math.floor(share)} or ${Math.ceil(share)}`;
  return `Each square is ${chunks} chunks. The fuller its colour, the more of them are done. One that moves marks its square.`;
}

/** The square under a point, in px, or null. */
export function cellAt(layout, x, y) {
  const column = Math.floor(x / layout.cellWidth);
  const row = Math.floor(y / layout.cellHeight);
  if (column < 0 || column >= layout.columns || row < 0 || row >= layout.rows) return null;
  const cell = row * layout.columns + column;
  return cell < layout.cells ? cell : null;
}

/** [left, top, width, height] in whole device pixels, with the gap taken off. */
export function boxOf(layout, cell, ratio) {
  const column = cell % layout.columns;
  const row = Math.floor(cell / layout.columns);
  const left = Math.round(column * layout.cellWidth * ratio);
  const right = Math.round((column + 1) * layout.cellWidth * ratio);
  const top = Math.round(row * layout.cellHeight * ratio);
  const bottom = Math.round((row + 1) * layout.cellHeight * ratio);
  const gap = Math.max(1, Math.round(ratio));
  const [across, down] = [layout.cellWidth >= GAP_FROM ? gap : 0, layout.open ? gap : 0];
  return [left, top, Math.max(1, right - left - across), Math.max(1, bottom - top - down)];
}

/** The tone of each square. One pass over the runs and the squares. @returns {Uint8Array} */
export function tonesOf(runs, layout) {
  const tones = new Uint8Array(layout.cells);
  let run = 0;
  for (let cell = 0; cell < layout.cells; cell += 1) {
    const first = firstChunk(layout, cell);
    const last = firstChunk(layout, cell + 1);
    while (runs.ends[run] <= first) run += 1;
    tones[cell] = toneOf(runs, run, first, last);
  }
  return tones;
}

function toneOf(runs, run, first, last) {
  let done = 0;
  for (let at = first; at < last; run += 1) {
    const end = Math.min(runs.ends[run], last);
    if (runs.states[run] === "m") return MOVING;
    if (runs.states[run] === "d") done += end - at;
    at = end;
  }
  const shade = Math.round((done / (last - first)) * SHADES);
  if (done > 0 && done < last - first) return Math.min(SHADES - 1, Math.max(1, shade)); // neither all nor none
  return shade;
}

/** The square that a key leads to. @param {string} key as event.key says it */
export function cellAfter(layout, cell, key) {
  const steps = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: layout.rows > 1 ? layout.columns : 1,
    ArrowUp: layout.rows > 1 ? -layout.columns : -1,
    PageDown: Math.ceil(layout.cells / 10),
    PageUp: -Math.ceil(layout.cells / 10),
    Home: -layout.cells,
    End: layout.cells,
  };
  if (!(key in steps)) return null;
  return Math.max(0, Math.min(layout.cells - 1, cell + steps[key]));
}

/** The next square with a chunk in it that moves, after `cell`; the first one after the last. */
export function cellOfNextMoving(runs, layout, cell) {
  const from = cell + 1 < layout.cells ? firstChunk(layout, cell + 1) : 0;
  const start = runAt(runs, from);
  for (let step = 0; step < runs.ends.length; step += 1) {
    const run = (start + step) % runs.ends.length;
    if (runs.states[run] !== "m") continue;
    const chunk = Math.max(run === 0 ? 0 : runs.ends[run - 1], step === 0 ? from : 0);
    return cellOfChunk(layout, chunk);
  }
  return null;
}

function cellOfChunk(layout, chunk) {
  return Math.min(layout.cells - 1, Math.floor(((chunk + 1) * layout.cells - 1) / layout.total));
}
