// A chart of one or several series. A keyboard reaches each value, and a reader hears it.

import { html, useEffect, useRef, useState } from "../lib.js";
import { shownTheme } from "../settings.js";
import { chartColours, dashOf, fillOf } from "./chart_colours.js";
import { columnsOf, optionsOf } from "./chart_plot.js";
import { Failed } from "./notice.js";

const HEIGHT = 220;

/**
 * @typedef {object} ChartParts
 * @property {string} label what the chart shows, for everybody who does not see it
 * @property {(number | null)[][]} data x first, then the values of each series. Null: not known.
 * @property {{label: string}[]} series at most six, in the order of `data`
 * @property {"lines" | "bars"} [kind] bars are stacked
 * @property {(x: number, short?: boolean) => string} xText short: for the axis
 * @property {(value: number) => string} yText
 * @property {number} [top] where the y axis ends; without it above the highest value
 * @property {number} [bottom] where it begins, 0 without it. Bars begin at 0.
 * @property {number[]} [steps] distances between two marks of the x axis that are good to read
 * @property {number} [height] in px
 */

/** @param {ChartParts} p */
export function Chart({ height = HEIGHT, ...shown }) {
  const { label, data, series } = shown;
  const [at, move] = useState(null);
  const { box, plot, error } = usePlot(shown, height, move);
  const last = data[0].length - 1;
  const chosen = at === null ? null : Math.min(at, last);
  const goTo = (index) => {
    const drawn = plot.current;
    if (!drawn || last < 0) return;
    const to = Math.max(0, Math.min(last, index));
    drawn.setCursor({ left: drawn.valToPos(data[0][to], "x"), top: 0 }, false);
    move(to);
  };
  const pressed = (event) => {
    const from = chosen ?? last + 1;
    const week = Math.max(1, Math.min(7, last));
    const to = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1,
      PageDown: from - week, PageUp: from + week, Home: 0, End: last }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  if (error) return html`<${Failed} error=${error} what="The chart could not be loaded." />`;
  return html`
    <figure class="chart">
      <div class="chart-plot" ref=${box} style=${{ height: `${height}px` }} role="slider" tabindex="0"
        aria-label=${`${label}. Arrow keys go from value to value.`} aria-valuemin="0" aria-valuemax=${Math.max(0, last)}
        aria-valuenow=${chosen ?? Math.max(0, last)} aria-valuetext=${spoken(shown, chosen)} onKeyDown=${pressed}></div>
      <figcaption class="chart-legend">
        ${series.map((each, place) => html`
          <span class="chart-key" key=${place}>
            <${Swatch} at=${place} bars=${shown.kind === "bars"} />${each.label}
          </span>`)}
        <span class="chart-at">${chosen === null ? "" : spoken(shown, chosen)}</span>
      </figcaption>
    </figure>
  `;
}

/** Draws into `box`, again when the theme, the size or what is shown changes. */
function usePlot(shown, height, move) {
  const box = useRef(null);
  const plot = useRef(null);
  const latest = useRef(shown);
  latest.current = shown;
  const [library, setLibrary] = useState(null);
  const [error, fail] = useState(null);
  const theme = shownTheme.value;
  useEffect(() => {
    import("../../vendor/uplot.js").then((module) => setLibrary(() => module.default), fail);
  }, []);
  useEffect(() => {
    if (!library) return undefined;
    const size = () => ({ width: Math.max(120, Math.floor(box.current.clientWidth)), height });
    const drawn = new library(optionsOf(library, latest, size(), move), columnsOf(latest.current), box.current);
    plot.current = drawn;
    const watch = new ResizeObserver(() => box.current && drawn.setSize(size()));
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      plot.current = null;
      drawn.destroy();
    };
  }, [library, theme, height, shown.kind, shown.series.length]);
  useEffect(() => {
    plot.current?.setData(columnsOf(shown));
  }, [shown.data, shown.top, shown.bottom, shown.xText]);
  return { box, plot, error };
}

/** What is drawn of a series, small. */
function Swatch({ at, bars }) {
  const canvas = useRef(null);
  const theme = shownTheme.value;
  useEffect(() => draw(canvas.current, at, bars), [theme, at, bars]);
  return html`<canvas class="chart-swatch" ref=${canvas} aria-hidden="true"></canvas>`;
}

function draw(canvas, at, bars) {
  const ratio = devicePixelRatio;
  const [width, height] = [22 * ratio, 12 * ratio];
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  const colours = chartColours();
  if (bars) {
    pen.fillStyle = fillOf(pen, at, colours, ratio);
    pen.fillRect(0, 0, width, height);
    return;
  }
  pen.strokeStyle = colours.series[at];
  pen.lineWidth = 2 * ratio;
  pen.setLineDash(dashOf(at).map((each) => each * ratio));
  pen.moveTo(0, height / 2);
  pen.lineTo(width, height / 2);
  pen.stroke();
}

function valueText({ data, yText }, place, at) {
  const value = data[place + 1][at];
  return value == null ? "not known" : yText(value);
}

function spoken(shown, at) {
  if (at === null) return `${shown.data[0].length} values`;
  const values = shown.series.map((each, place) => `${each.label} ${valueText(shown, place, at)}`);
  return `${shown.xText(shown.data[0][at])}: ${values.join(", ")}`;
}
