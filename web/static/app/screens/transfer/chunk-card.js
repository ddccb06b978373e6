// The chunks of a transfer: a bar that opens to a map. One canvas, painted when they changed.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../../lib.js";
import { count } from "../../format/bytes.js";
import { shownTheme } from "../../settings.js";
import { Button } from "../../ui/button.js";
import { useKey } from "../../ui/keys.js";
import { MapPainter } from "./map-painter.js";
import { cellAfter, cellAt, cellOfNextMoving, firstChunk, layoutOf, scaleInWords } from "./map-plan.js";
import { chunksInWords, readRuns, runsInWords } from "./runs.js";

/** @param {{chunks: {total: number, done: number, proven: number} | null, text: string | null, size: number | null, ended: boolean, stale: boolean}} p */
export function ChunkCard({ chunks, text, size, ended, stale }) {
  const [open, setOpen] = useState(false);
  useKey("m", "Open or close the map of chunks", () => setOpen((before) => !before));
  const total = chunks?.total ?? 0;
  const isWhole = total > 0 && chunks.done === total;
  const runs = useMemo(() => readRuns(isWhole ? `${total}d` : text, total), [text, total, isWhole]);
  return html`
    <section class="card transfer-chunks" aria-label="Chunks">
      <div class="card-head">
        <h2>Chunks</h2>
        <p class="muted">${countsInWords(chunks, runs)}</p>
        ${runs && total > 1 && html`<${Button} kind="quiet small" aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>${open ? "Close the map" : "Open the map"}</${Button}>`}
      </div>
      ${runs && html`<${ChunkMap} runs=${runs} open=${open} stale=${stale} />`}
      ${!runs && total > 0 && html`<p class="muted">Which chunks these are is not told: they are too scattered, or the live connection is not there.</p>`}
      ${total === 0 && html`<p class="muted">${withoutChunks(size, ended)}</p>`}
    </section>
  `;
}

function countsInWords(chunks, runs) {
  if (!chunks?.total) return "";
  const said = [`${count(chunks.done)} of ${count(chunks.total)} done`];
  if (runs?.moving) said.push(`${count(runs.moving)} moving`);
  if (runs?.waiting) said.push(`${count(runs.waiting)} waiting`);
  if (chunks.proven) said.push(`${count(chunks.proven)} read back and equal`);
  return said.join(", ");
}

function ChunkMap({ runs, open, stale }) {
  const box = useRef(null);
  const canvas = useRef(null);
  const painter = useRef(null);
  const [size, setSize] = useState({ width: 0, ratio: 1 });
  const [cell, point] = useState(null);
  const theme = shownTheme.value;
  useEffect(() => watchSize(box.current, setSize), []);
  const layout = useMemo(() => size.width > 0 && layoutOf(runs.total, size.width, open), [runs.total, size.width, open]);
  useLayoutEffect(() => {
    if (!layout) return;
    painter.current ??= new MapPainter(canvas.current);
    painter.current.paint(runs, layout, size.ratio, theme);
  }, [runs, layout, size.ratio, theme]);
  const at = layout ? Math.min(cell ?? 0, layout.cells - 1) : 0;
  const words = layout ? chunksInWords(runs, firstChunk(layout, at), firstChunk(layout, at + 1)) : "";
  const pressed = (event) => {
    const next = event.key === "Enter" ? cellOfNextMoving(runs, layout, at) : cellAfter(layout, at, event.key);
    if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    point(next);
  };
  const moved = (event) => point(layout && cellAt(layout, event.offsetX, event.offsetY));
  return html`
    <div class="map" ref=${box} role="slider" tabindex="0" aria-label="Look at chunks by their number"
      aria-valuemin="1" aria-valuemax=${layout ? layout.cells : 1} aria-valuenow=${at + 1} aria-valuetext=${words}
      data-stale=${stale ? "" : null} onKeyDown=${pressed} onPointerMove=${moved} onPointerDown=${moved}
      onPointerLeave=${(event) => event.pointerType === "mouse" && point(null)}
      onBlur=${() => point(null)} onFocus=${() => point((before) => before ?? 0)}>
      <canvas ref=${canvas} aria-hidden="true" style=${{ height: `${layout ? layout.height : 20}px` }}></canvas>
      ${layout && cell !== null && html`<span class="map-mark" style=${markOf(layout, at)}></span>`}
    </div>
    <p class="map-words small">${cell === null ? html`<span class="muted">${layout && scaleInWords(layout)}</span>` : words}</p>
    ${open && html`<${Legend} />`}
    <p class="unseen">${runsInWords(runs)}</p>
  `;
}

function Legend() {
  return html`
    <p class="map-legend small muted">
      <span data-state="done">done</span><span data-state="moving">moving</span><span data-state="waiting">waiting</span>
      <span>Arrow keys go from square to square, Enter to the next one that moves.</span>
    </p>
  `;
}

function markOf(layout, cell) {
  const left = (cell % layout.columns) * layout.cellWidth;
  const top = Math.floor(cell / layout.columns) * layout.cellHeight;
  return { transform: `translate(${left}px, ${top}px)`, width: `${layout.cellWidth}px`, height: `${layout.cellHeight}px` };
}

/** Width in CSS pixels, and how many device pixels each has: both change with zoom. */
function watchSize(element, setSize) {
  const look = () => {
    const [width, ratio] = [element.clientWidth, devicePixelRatio || 1];
    setSize((old) => (old.width === width && old.ratio === ratio ? old : { width, ratio }));
  };
  const observer = new ResizeObserver(look);
  observer.observe(element);
  addEventListener("resize", look);
  look();
  return () => {
    observer.disconnect();
    removeEventListener("resize", look);
  };
}

function withoutChunks(size, ended) {
  if (size === 0) return "An empty file has none.";
  return ended ? "It ended before it was planned." : "The plan is made when the source has been looked at.";
}
