// Changes in run lengths of chunks: in 120d1m365w the first 120 chunks are done.
//
// They are changed as runs and never written out: a run may claim billions of chunks.

/** The change lies outside of the runs that are known. */
export class RunsDoNotFit extends Error {}

/** `runs` with those from chunk `first` on replaced by `change`, in their shortest form. */
export function splice(runs, first, change) {
  const known = parsed(runs);
  const changed = parsed(change);
  const end = first + length(changed);
  const total = length(known);
  if (end > total) throw new RunsDoNotFit(`runs end at ${total}, the change at ${end}`);
  return written([...between(known, 0, first), ...changed, ...between(known, end, total)]);
}

export function shortest(runs) {
  return written(parsed(runs));
}

/** @returns {{count: number, letter: "d" | "m" | "w"}[]} */
function parsed(runs) {
  return Array.from(runs.matchAll(/(\d+)([dmw])/g), ([, count, letter]) => ({
    count: Number(count),
    letter,
  }));
}

function length(runs) {
  return runs.reduce((sum, { count }) => sum + count, 0);
}

function between(runs, start, end) {
  const cut = [];
  let at = 0;
  for (const { count, letter } of runs) {
    const inside = Math.min(at + count, end) - Math.max(at, start);
    if (inside > 0) cut.push({ count: inside, letter });
    at += count;
  }
  return cut;
}

function written(runs) {
  const joined = [];
  for (const { count, letter } of runs) {
    const last = joined.at(-1);
    if (last?.letter === letter) last.count += count;
    else joined.push({ count, letter });
  }
  return joined.map(({ count, letter }) => `${count}${letter}`).join("");
}
