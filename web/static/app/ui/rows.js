// Long lists: only the rows that can be seen are in the page. The window scrolls, not the list.

import { html, useEffect, useRef, useState } from "../lib.js";
import { useKeptFocus } from "./focus.js";

const SPARE = 8; // rows above and below those that are seen
const NEAR_END = 30; // rows before the last one, where more are asked for

/**
 * @param {{rows: any[], height: number, keyOf: (row: any) => string, render: (row: any, at: number) => any,
 *   onEnd?: () => void, label: string}} p `height`: of each row in px, all the same. `render` returns
 * the cells of a row. `onEnd` may be called again and again while the end is near.
 */
export function VirtualRows({ rows, height, keyOf, render, onEnd, label }) {
  const box = useRef(null);
  const [[first, last], setRange] = useState([0, 40]);
  useEffect(() => {
    let asked = 0;
    const look = () => {
      asked = 0;
      const top = -box.current.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(top / height) - SPARE);
      const until = Math.ceil((top + innerHeight) / height) + SPARE;
      setRange((old) => (old[0] === from && old[1] === until ? old : [from, until]));
    };
    const soon = () => {
      asked ||= requestAnimationFrame(look);
    };
    look();
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
    };
  }, [height, rows.length]);
  useEffect(() => {
    if (last >= rows.length - NEAR_END) onEnd?.();
  }, [last, rows.length]);
  useKeptFocus(() => box.current, (had) => {
    const at = Number(had.closest("[aria-rowindex]")?.getAttribute("aria-rowindex"));
    return () => {
      const row = box.current.querySelector(`[aria-rowindex="${Math.min(at, rows.length)}"]`);
      return row?.querySelector("a[href], button");
    };
  });
  const shown = rows.slice(first, last);
  return html`
    <div class="rows" ref=${box} role="rowgroup" aria-label=${label} style=${{ height: `${rows.length * height}px` }}>
      ${shown.map(
        (row, at) => html`
          <div class="row" role="row" key=${keyOf(row)} aria-rowindex=${first + at + 1}
            style=${{ height: `${height}px`, transform: `translateY(${(first + at) * height}px)` }}>
            ${render(row, first + at)}
          </div>
        `,
      )}
    </div>
  `;
}
