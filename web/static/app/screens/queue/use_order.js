// The order of the rows, what is selected, and when the order is kept.

import { useRef, useState } from "../../lib.js";
import { nextOrder, withFresh } from "./order.js";
import { NOTHING, allOf, ranged, toggled } from "./selection.js";

/**
 * @param {{key: string, ids: string[]}} wanted
 * @param {{rows: Map<string, object>, isHeld: boolean}} p `isHeld`: kept for another reason than a selection
 */
export function useOrder(wanted, { rows, isHeld }) {
  const [selection, select] = useState({ key: wanted.key, ...NOTHING });
  const [, again] = useState(0);
  const order = useRef(null);
  const mine = selection.key === wanted.key ? selection : NOTHING; // another list has none
  const isKept = isHeld || mine.ids.size > 0;
  order.current = nextOrder(order.current, wanted, isKept, (id) => rows.has(id));
  const latest = useRef(null);
  latest.current = { key: wanted.key, mine };

  const put = (next) => {
    latest.current.mine = next;
    select({ key: latest.current.key, ...next });
  };
  return {
    order: order.current,
    isKept,
    selection: mine,
    /** Whether the row is selected then. */
    choose: (id, isRange) => {
      const before = latest.current.mine;
      const next = isRange ? ranged(before, id, order.current.ids) : toggled(before, id);
      put(next);
      return next.ids.has(id);
    },
    chooseAll: () => put(allOf(order.current.ids)),
    clear: () => put(NOTHING),
    showFresh: () => {
      order.current = withFresh(order.current);
      again((turn) => turn + 1);
    },
  };
}
