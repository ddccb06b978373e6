// Lists of the API, page by page.

import { Unreachable } from "./problem.js";

const MOST_PAGES = 100; // a page may hold none; a list that leads to itself never ends

/**
 * All items, `most` at the most.
 *
 * @param {{get: Function}} api
 * @param {string} path
 * @param {string} field the list's name in its page, as "transfers"
 * @param {object} query
 * @returns {Promise<{items: any[], complete: boolean}>}
 */
export async function collect(api, path, field, query = {}, { most = 1_000, signal } = {}) {
  const items = [];
  let cursor = null;
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const page = await api.get(path, { query: { ...query, cursor }, signal });
    if (!Array.isArray(page?.[field])) throw new Unreachable("the answer is not FileFerry's");
    items.push(...page[field]);
    const next = page.cursor ?? null;
    const complete = next === null && items.length <= most;
    if (next === null || items.length >= most) return { items: items.slice(0, most), complete };
    if (next === cursor) break;
    cursor = next;
  }
  return { items, complete: false };
}
