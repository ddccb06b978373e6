// The history as a file: page after page, under one header.
//
// The parts are Blobs, which the browser keeps outside the page's memory. An export that broke off
// knows where it stands and can go on.

const PAGE = 1_000; // rows of a call, as many as the API allows
const MOST = 500_000; // rows of a file; spreadsheets end at 1,048,576
const BOM = "\ufeff"; // without it Excel takes UTF-8 for the code page of its computer

/**
 * @param {"csv" | "json"} format
 * @param {{call: Function}} api
 * @param {object} query of GET /api/history
 * @param {(load: Function) => Function} pace what each page's load goes through
 */
export function createExport(format, api, query, pace) {
  const pageOf = format === "csv" ? csvPages() : jsonPage;
  const parts = [];
  let cursor = null;
  const file = { format, rows: 0, complete: false, full: false, run, blob };
  const load = pace((from, signal) => {
    const options = { query: { ...query, format, limit: PAGE, cursor: from }, signal };
    return api.call("GET", "/api/history", format === "csv" ? { ...options, as: "text", headers: { Accept: "text/csv" } } : options);
  });

  /** Goes on to the end. `onPage` is told after each page. Raises what the API raised. */
  async function run({ signal, onPage }) {
    while (!file.complete && !file.full) {
      const answer = await load(cursor, signal);
      signal.throwIfAborted();
      const { text, rows, next } = pageOf(answer);
      if (next !== null && next === cursor) throw new Error("The list leads to itself");
      if (text) parts.push(new Blob([format === "json" && file.rows ? `,\n${text}` : text]));
      file.rows += rows;
      cursor = next;
      file.complete = next === null;
      file.full = !file.complete && file.rows >= MOST;
      onPage(file);
    }
  }

  function blob() {
    if (format === "csv") return new Blob([BOM, ...parts], { type: "text/csv;charset=utf-8" });
    const ends = ['{"transfers": [\n', `\n], "complete": ${file.complete}}\n`];
    return new Blob([ends[0], ...parts, ends[1]], { type: "application/json" });
  }

  return file;
}

/** ASCII, as `fileferry` writes it: no name in it can steer a terminal. */
function jsonPage({ document }) {
  const lines = document.transfers.map((each) =>
    JSON.stringify(each).replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
  return { text: lines.join(",\n"), rows: lines.length, next: document.cursor ?? null };
}

/** Each page is a whole file. Only the first one's header is taken. */
function csvPages() {
  let header = null;
  return ({ document, headers }) => {
    const end = document.indexOf("\r\n") + 2; // no column has a line end in its name
    const own = document.slice(0, end);
    if (!headers.get("Content-Type")?.startsWith("text/csv") || end < 2 || (header !== null && own !== header)) {
      throw new Error("An answer is not a page of this list");
    }
    const rows = document.slice(end);
    const text = header === null ? document : rows;
    header = own;
    return { text, rows: recordsIn(rows), next: nextCursor(headers.get("Link")) };
  };
}

/** Line ends within quotes do not end a record. */
export function recordsIn(text) {
  let quoted = false;
  let records = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    else if (code === 10 && !quoted) records += 1;
  }
  return records;
}

/** Of `<?cursor=...&...>; rel="next"`. */
export function nextCursor(link) {
  const query = /<\?([^>]*)>;\s*rel="next"/.exec(link ?? "")?.[1];
  return query === undefined ? null : new URLSearchParams(query).get("cursor");
}
