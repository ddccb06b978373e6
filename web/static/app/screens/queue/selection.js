// Which rows are selected. A selection never changes: each step gives a new one.

/** @typedef {{ids: Set<string>, anchor: string | null}} Selection `anchor`: where a range begins */

/** @type {Selection} */
export const NOTHING = Object.freeze({ ids: new Set(), anchor: null });

/** @param {Selection} selection @returns {Selection} */
export function toggled(selection, id) {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** From the anchor to `id`, in the order that is shown, as a click with Shift asks for. */
export function ranged(selection, id, order) {
  const from = order.indexOf(selection.anchor);
  const until = order.indexOf(id);
  if (from < 0 || until < 0) return toggled(selection, id);
  const ids = new Set(selection.ids);
  const isOn = ids.has(selection.anchor);
  for (const each of order.slice(Math.min(from, until), Math.max(from, until) + 1)) {
    if (isOn) ids.add(each);
    else ids.delete(each);
  }
  return { ids, anchor: id };
}

/** These very rows: what joins the list later is not among them. */
export function allOf(order) {
  return { ids: new Set(order), anchor: null };
}
