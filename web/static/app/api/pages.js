// Lists of the API, page by page.

/**
 * @param {{get: Function}} api
 * @param {string} path
 * @param {string} field the list's name in its page, as "transfers"
 * @param {object} query
 * @yields {Promise<any[]>} one page's items. A page may hold none, and is not the last one.
 */
export async function* pages(api, path, field, query = {}, { signal } = {}) {
  let cursor = null;
  do {
    const page = await api.get(path, { query: { ...query, cursor }, signal });
    yield page[field] ?? [];
    if (page.cursor === cursor) return; // a list that leads to itself has no end
    cursor = page.cursor ?? null;
  } while (cursor !== null);
}

/** All items, `most` at the most: { items, complete }. */
export async function collect(api, path, field, query = {}, { most = 1_000, signal } = {}) {
  const items = [];
  for await (const page of pages(api, path, field, query, { signal })) {
    items.push(...page);
    if (items.length >= most) return { items: items.slice(0, most), complete: false };
  }
  return { items, complete: true };
}
