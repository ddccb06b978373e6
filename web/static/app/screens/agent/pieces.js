// An answer while it is written: its pieces, as the stream tells them. Some may be missing or late.

const MOST = 500; // pieces: an answer of 25 seconds has about a hundred
const GAP = "…";
const SENTENCE_END = /[.!?:;]["')\]]*\s+|\n+/g;

/** @typedef {{turn: string, byNumber: Map<number, {text: string, tool: string | null}>}} Pieces */

/** @returns {Pieces} with one more; those of another turn begin anew */
export function withPiece(pieces, { turn_id, number, text, tool }) {
  const known = pieces?.turn === turn_id ? pieces.byNumber : new Map();
  if (known.has(number) || known.size >= MOST) return pieces;
  return { turn: turn_id, byNumber: new Map(known).set(number, { text, tool }) };
}

/** What was written so far. Where a piece is missing stands an ellipsis. */
export function textOf(pieces) {
  let next = 0;
  let text = "";
  for (const number of ordered(pieces)) {
    text += (number > next ? GAP : "") + pieces.byNumber.get(number).text;
    next = number + 1;
  }
  return text;
}

/** What the agent looks at just now: the tool of the last piece, or null when it writes. */
export function toolOf(pieces) {
  const last = ordered(pieces).at(-1);
  return last === undefined ? null : pieces.byNumber.get(last).tool;
}

function ordered(pieces) {
  return pieces ? [...pieces.byNumber.keys()].sort((one, other) => one - other) : [];
}

/**
 * A screen reader is told whole sentences, and each once.
 * @returns {{sentences: string[], rest: string}} `rest`: the sentence that is not whole yet
 */
export function sentencesOf(text) {
  const sentences = [];
  let from = 0;
  for (const end of text.matchAll(SENTENCE_END)) {
    const until = end.index + end[0].length;
    sentences.push(text.slice(from, until));
    from = until;
  }
  return { sentences, rest: text.slice(from) };
}

/** What of the whole answer was not told while it was written. */
export function untold(whole, pieces) {
  const told = sentencesOf(textOf(pieces)).sentences.join("");
  return whole.startsWith(told) ? whole.slice(told.length) : whole;
}
