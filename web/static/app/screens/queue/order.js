// The order of the rows: it follows the list, and it is kept while somebody acts.

/**
 * @typedef {{key: string, ids: string[], fresh: string[]}} Order `fresh`: rows that belong here, and
 *   are not shown as long as the order is kept
 * @param {Order | null} before
 * @param {{key: string, ids: string[]}} wanted `key`: of the tab and its filters; another list is
 *   never kept
 * @param {boolean} isKept
 * @param {(id: string) => boolean} isThere false for a transfer that is not known any more
 * @returns {Order}
 */
export function nextOrder(before, wanted, isKept, isThere) {
  if (!isKept || before === null || before.key !== wanted.key) return { ...wanted, fresh: [] };
  const shown = new Set(before.ids);
  return {
    key: wanted.key,
    ids: before.ids.every(isThere) ? before.ids : before.ids.filter(isThere),
    fresh: wanted.ids.filter((id) => !shown.has(id)),
  };
}

/** The fresh rows come above the others, which stay as they are. */
export function withFresh(order) {
  return { ...order, ids: [...order.fresh, ...order.ids], fresh: [] };
}
