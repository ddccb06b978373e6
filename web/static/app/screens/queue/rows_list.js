// The rows, by pointer and by keyboard.

import { html, useEffect, useRef, useState } from "../../lib.js";
import { useKey } from "../../ui/keys.js";
import { VirtualRows } from "../../ui/rows.js";
import { Row } from "./row.js";

const WIDE = matchMedia("(min-width: 64rem)");
const HEIGHTS = { wide: 4, narrow: 6.5 }; // rem, as style/queue.css lays the cells out

/** @param {{order: object, rows: Map<string, object>, selection: object, choose: Function,
 *   onCancel: Function, onPointer: (isIn: boolean, isOnButtons: boolean) => void}} p */
export function RowsList({ order, rows, selection, choose, onCancel, onPointer }) {
  const height = useRowHeight();
  const box = useRef(null);
  const stable = useStable({ choose, onCancel });
  useRowKeys(box, order, choose);
  const pointed = (event) => onPointer(true, event.target.closest?.(".queue-actions") !== null);
  return html`
    <div class="queue-list" role="table" aria-label="Transfers" aria-rowcount=${order.ids.length} ref=${box}
      onPointerOver=${pointed} onPointerLeave=${() => onPointer(false, false)}>
      <${VirtualRows} rows=${order.ids} height=${height} keyOf=${(id) => id} label="Transfers"
        render=${(id) => html`<${Row} shown=${rows.get(id)} isSelected=${selection.ids.has(id)}
          onSelect=${stable.choose} onCancel=${stable.onCancel} />`} />
    </div>
  `;
}

/** The same functions for ever, so that no row is drawn anew because of them. */
function useStable(now) {
  const latest = useRef(now);
  latest.current = now;
  const stable = useRef(null);
  stable.current ??= Object.fromEntries(
    Object.keys(now).map((name) => [name, (...given) => latest.current[name](...given)]),
  );
  return stable.current;
}

function useRowHeight() {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const [isWide, setWide] = useState(WIDE.matches);
  useEffect(() => {
    const look = () => setWide(WIDE.matches);
    WIDE.addEventListener("change", look);
    return () => WIDE.removeEventListener("change", look);
  }, []);
  return HEIGHTS[isWide ? "wide" : "narrow"] * rem;
}

function useRowKeys(box, order, choose) {
  const now = useStable({
    step: (by) => focusRow(box.current, order.ids, by),
    toggle: () => {
      const id = focusedId(box.current);
      if (id) choose(id, false);
    },
  });
  const [keys] = useState(() => ({ down: () => now.step(1), up: () => now.step(-1), x: () => now.toggle() }));
  useKey("j", "Next transfer of the list", keys.down);
  useKey("k", "Previous transfer of the list", keys.up);
  useKey("x", "Select or unselect this transfer", keys.x);
}

function focusedId(box) {
  const row = box.contains(document.activeElement) ? document.activeElement.closest(".row") : null;
  return row?.querySelector("[data-row]")?.dataset.row ?? null;
}

/** The first row that can be seen where none has the focus. */
function focusRow(box, ids, by) {
  const id = focusedId(box);
  const links = [...box.querySelectorAll("[data-row]")];
  const link = id === null
    ? links.find((each) => each.getBoundingClientRect().top > 0)
    : links.find((each) => each.dataset.row === ids[ids.indexOf(id) + by]);
  link?.focus({ preventScroll: true });
  link?.closest(".row").scrollIntoView({ block: "nearest" });
}
