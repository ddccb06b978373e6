// A list that grows while somebody scrolls.
//
// The service looks at 1,000 rows for a page, row by row, so that a page may hold few or none and
// is not the last one. Then the next one is asked for at once, but not for ever: after some pages
// people are asked.

import { signal } from "../../lib.js";

const LOOKED_AT = 1_000; // rows that the service looks at for a page
const THIN = 10; // a page with fewer rows found next to nothing
const THIN_PAGES = 20; // in a row, before people are asked
const MOST = 50_000; // rows in the page's memory

/**
 * @typedef {object} Feed
 * @property {any[]} rows
 * @property {"loading" | "more" | "asking" | "failed" | "full" | "all"} state "asking": whether to
 * look on; "full": no more fits into memory
 * @property {number} looked rows that were looked at in vain, about, when it asks
 * @property {any} error
 */

/**
 * @param {(cursor: string | null, signal: AbortSignal) => Promise<{transfers: any[], cursor: string | null}>} load
 */
export function createFeed(load) {
  const shown = signal({ rows: [], state: "more", looked: 0, error: null });
  const stop = new AbortController();
  let cursor = null;

  /** `asked`: somebody pressed for it. Without it nothing goes on after an error or a question. */
  async function more({ asked = false } = {}) {
    const { state } = shown.peek();
    if (state !== "more" && !(asked && ["asking", "failed"].includes(state))) return;
    shown.value = { ...shown.peek(), state: "loading", error: null };
    let thin = 0;
    let found = 0;
    try {
      do {
        const page = await load(cursor, stop.signal);
        if (stop.signal.aborted) return;
        const next = page.cursor ?? null;
        if (next !== null && next === cursor) throw new Error("the list leads to itself");
        cursor = next;
        thin = page.transfers.length < THIN ? thin + 1 : 0;
        found += page.transfers.length;
        add(page.transfers, { next, thin });
      } while (shown.peek().state === "loading" && found < THIN);
    } catch (error) {
      if (!stop.signal.aborted) shown.value = { ...shown.peek(), state: "failed", error };
      return;
    }
    if (shown.peek().state === "loading") shown.value = { ...shown.peek(), state: "more" };
  }

  function add(transfers, { next, thin }) {
    const rows = transfers.length ? [...shown.peek().rows, ...transfers] : shown.peek().rows;
    let state = "loading";
    if (next === null) state = "all";
    else if (rows.length >= MOST) state = "full";
    else if (thin >= THIN_PAGES) state = "asking";
    shown.value = { rows, state, looked: thin * LOOKED_AT, error: null };
  }

  return { shown, more, close: () => stop.abort() };
}
