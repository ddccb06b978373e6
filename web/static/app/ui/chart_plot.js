// A chart's drawing by uPlot. It knows canvas and tokens, and nothing of the page around it.

import { chartColours, dashOf, fillOf } from "./chart_colours.js";

const BAR_SHARE = 0.72; // of the room that a bar has
const BAR_MOST_PX = 48;
const LETTER_PX = 6.6; // of the axes' font, on the safe side
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/**
 * Stacks series: what is drawn of each is the sum of it and of those before it. Null counts as
 * nothing, but where nothing is known at all the sum is not known either.
 * @param {(number | null)[][]} values
 */
export function stacked(values) {
  const sums = [];
  for (const row of values) {
    const below = sums.at(-1);
    sums.push(row.map((value, at) => (value == null ? (below?.[at] ?? null) : value + (below?.[at] ?? 0))));
  }
  return sums;
}

/** The columns as uPlot takes them. Of bars in a stack the highest is drawn first. */
export function columnsOf({ data, kind }) {
  const [x, ...values] = data;
  return [x, ...(kind === "bars" ? stacked(values).reverse() : values)];
}

/**
 * @param {{current: object}} latest what `Chart` was given: texts and limits may change later
 * @returns {object} uPlot's options
 */
export function optionsOf(uPlot, latest, size, onCursor) {
  const { series, kind = "lines", steps = STEPS } = latest.current;
  const xTexts = (_, at) => at.map((x) => latest.current.xText(x, true));
  const yTexts = (_, at) => at.map((y) => latest.current.yText(y));
  const colours = chartColours();
  const bars = kind === "bars";
  const order = bars ? series.map((_, at) => at).reverse() : series.map((_, at) => at);
  const paths = uPlot.paths.bars({ size: [BAR_SHARE, BAR_MOST_PX] });
  const axis = { font: colours.font, stroke: colours.text, ticks: { show: false } };
  return {
    ...size,
    legend: { show: false },
    padding: [10, 24, 0, 0],
    cursor: { x: true, y: false, drag: { x: false, y: false }, points: { show: !bars } },
    scales: {
      x: { time: false, range: (_, low, high) => (bars || low === high ? [low - 0.5, high + 0.5] : [low, high]) },
      y: { range: (_, low, high) => rangeOf(high, latest.current) },
    },
    axes: [
      { ...axis, size: 28, grid: { show: false }, space: 72, incrs: steps, values: xTexts },
      { ...axis, size: (_, texts) => roomFor(texts), space: 36, grid: { stroke: colours.grid, width: 1 }, values: yTexts },
    ],
    series: [{}, ...order.map((at) => seriesOf(at, bars && paths, colours))],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}

function seriesOf(at, paths, colours) {
  const colour = colours.series[at];
  if (!paths) return { stroke: colour, width: 2, dash: dashOf(at), points: { show: lonely, size: 5, fill: colour }, spanGaps: false };
  return {
    stroke: colours.ground,
    width: 1,
    fill: (plot) => fillOf(plot.ctx, at, colours, devicePixelRatio),
    paths,
    points: { show: false },
  };
}

/** A value between two unknown ones is no line, so that it has to be a dot. */
function lonely(plot, at, first, last) {
  const values = plot.data[at];
  for (let each = first; each <= last; each += 1) {
    if (values[each] != null && values[each - 1] == null && values[each + 1] == null) return true;
  }
  return false;
}

function rangeOf(high, { bottom = 0, top = high > bottom ? high * 1.08 : bottom + 1 }) {
  return [bottom, top];
}

/** Room for the longest text of an axis, in px. */
function roomFor(texts) {
  return Math.max(44, ...(texts ?? []).map((each) => (each?.length ?? 0) * LETTER_PX + 14));
}
