// The rates that this page has seen, the last ten minutes of them, and the line that they make.

const KEPT_MS = 600_000;
const MOST = 1_500; // two a second for ten minutes, and some
const GAP_MS = 15_000; // where nothing was heard for so long the line is broken

/** @typedef {{at: number, rate: number | null}} Sample `at` in ms, of the service's clock */

/** `samples` with one more. What is older than the last one is left out: it came late. */
export function withSample(samples, at, rate) {
  const last = samples.at(-1);
  if (!Number.isFinite(at) || (last && at <= last.at)) return samples;
  const from = samples.findIndex((each) => each.at >= at - KEPT_MS);
  const kept = from < 0 ? [] : samples.slice(Math.max(from, samples.length - MOST + 1));
  return [...kept, { at, rate }];
}

/**
 * Lines to draw, in px. Where nothing moved or nothing was heard there is none.
 *
 * @returns {{lines: [number, number][][], top: number, from: number, until: number} | null} `top`:
 * the rate at the upper edge; null while there is nothing to draw
 */
export function linesOf(samples, width, height) {
  const known = samples.filter((each) => each.rate !== null);
  if (known.length < 2) return null;
  const until = samples.at(-1).at;
  const from = Math.min(samples[0].at, until - 60_000);
  const top = niceTop(known.reduce((most, each) => Math.max(most, each.rate), 0));
  const x = (at) => ((at - from) / (until - from)) * width;
  const y = (rate) => height - (rate / top) * height;
  const lines = [];
  let before = null;
  for (const sample of samples) {
    const broken = !before || before.rate === null || sample.at - before.at > GAP_MS;
    if (sample.rate !== null) {
      if (broken) lines.push([]);
      lines.at(-1).push([x(sample.at), y(sample.rate)]);
    }
    before = sample;
  }
  return { lines, top, from, until };
}

/** 1, 2 or 5 times a power of ten, and not less than `rate`. */
export function niceTop(rate) {
  if (!(rate > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rate));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rate * 1.0001) ?? 20 * power;
}

/** @returns {{least: number, most: number} | null} of the rates that are known */
export function rangeOf(samples) {
  const rates = samples.map((each) => each.rate).filter((rate) => rate !== null);
  if (!rates.length) return null;
  return { least: Math.min(...rates), most: Math.max(...rates) };
}
