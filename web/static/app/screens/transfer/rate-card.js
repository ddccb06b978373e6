// The rate of the last ten minutes, as far as this page has seen it.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../../lib.js";
import { rateText } from "../../format/bytes.js";
import { durationText } from "../../format/durations.js";
import { clockText } from "../../format/times.js";
import { shownTheme } from "../../settings.js";
import { linesOf, rangeOf } from "./samples.js";

const HEIGHT = 120; // px

/** @param {{samples: import("./samples.js").Sample[]}} p */
export function RateCard({ samples }) {
  const range = rangeOf(samples);
  return html`
    <section class="card transfer-rate" aria-label="Rate">
      <div class="card-head"><h2>Rate</h2><p class="muted">${rateInWords(samples)}</p></div>
      ${range && samples.length > 1
        ? html`<${Graph} samples=${samples} range=${range} />`
        : html`<p class="muted">The line begins when bytes have moved for some seconds while this page is open.</p>`}
    </section>
  `;
}

function rateInWords(samples) {
  const last = samples.at(-1)?.rate ?? null;
  return last === null ? "nothing moves, or not known" : rateText(last);
}

function Graph({ samples, range }) {
  const canvas = useRef(null);
  const [width, setWidth] = useState(0);
  const theme = shownTheme.value;
  useEffect(() => {
    const observer = new ResizeObserver(() => setWidth(canvas.current?.clientWidth ?? 0));
    observer.observe(canvas.current);
    return () => observer.disconnect();
  }, []);
  const drawn = width > 0 ? linesOf(samples, width, HEIGHT) : null;
  useLayoutEffect(() => {
    if (width > 0) paint(canvas.current, drawn, width);
  }, [samples, width, theme]);
  const words = `Between ${rateText(range.least)} and ${rateText(range.most)}, ${rateInWords(samples)} now.`;
  return html`
    <figure class="graph">
      <span class="graph-top small muted">${drawn ? rateText(drawn.top) : ""}</span>
      <canvas ref=${canvas} role="img" aria-label=${`Rate. ${words}`} style=${{ height: `${HEIGHT}px` }}></canvas>
      <figcaption class="small muted">
        ${drawn && html`<span>${clockText(drawn.from)}</span><span>last ${durationText((drawn.until - drawn.from) / 1000)}</span><span>${clockText(drawn.until)}</span>`}
      </figcaption>
    </figure>
  `;
}

function paint(canvas, drawn, width) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(HEIGHT * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  context.strokeStyle = style.getPropertyValue("--graph-grid").trim();
  context.lineWidth = 1;
  context.beginPath();
  for (const share of [0, 0.5, 1]) {
    const y = Math.min(HEIGHT - 0.5, Math.max(0.5, Math.round(HEIGHT * share)));
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
  if (drawn) trace(context, drawn.lines, style.getPropertyValue("--graph-line").trim());
}

function trace(context, lines, colour) {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = context.lineCap = "round"; // one sample alone is a dot
  for (const line of lines) {
    context.beginPath();
    context.moveTo(...line[0]);
    for (const [x, y] of line) context.lineTo(x, y);
    context.stroke();
    context.globalAlpha = 0.12;
    context.lineTo(line.at(-1)[0], HEIGHT);
    context.lineTo(line[0][0], HEIGHT);
    context.fill();
    context.globalAlpha = 1;
  }
}
