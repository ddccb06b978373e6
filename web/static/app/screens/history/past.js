// The list of the history, and in words how much of it is there.

import { html, useEffect, useMemo, useState } from "../../lib.js";
import { count, counted } from "../../format/bytes.js";
import { clockText } from "../../format/times.js";
import { announce } from "../../ui/announce.js";
import { Button, LinkButton } from "../../ui/button.js";
import { Empty, Failed, Loading, Notice } from "../../ui/notice.js";
import { VirtualRows } from "../../ui/rows.js";
import { sendAddress } from "../../shell.js";
import { COLUMNS, Cells } from "./row.js";

const WIDE = matchMedia("(min-width: 56.01rem)");
const HEIGHTS = { wide: 3.5, narrow: 6.75 }; // rem of a row; style/history.css lays it out

/** `shown`: the state of a Feed. */
export function Past({ shown, slow, conditions, oldest, onMore, onRefresh }) {
  const { rows, state } = shown;
  const said = amount(shown, slow);
  useEffect(() => {
    if (["all", "failed", "asking", "full"].includes(state)) announce(said);
  }, [state, rows.length]);
  const height = useRowHeight();
  const none = rows.length === 0;
  return html`
    <section class="past" aria-label="Transfers">
      <p class="past-amount">
        <span>${said}</span>
        <${AsOf} rows=${rows} />
        <${Button} kind="quiet small" icon="retry" onClick=${onRefresh}>Refresh</${Button}>
      </p>
      ${none && ["loading", "more"].includes(state) && html`<${Loading} lines=${6} what="The history is loaded" />`}
      ${none && state === "all" && html`<${Nothing} conditions=${conditions} />`}
      ${!none && html`
        <div class="past-table" role="table" aria-label="Transfers" aria-rowcount=${state === "all" ? rows.length + 1 : -1}>
          <div role="rowgroup" class="past-head"><div role="row">${COLUMNS.map((each) => html`<div role="columnheader" key=${each}>${each}</div>`)}</div></div>
          <${VirtualRows} rows=${rows} height=${height} keyOf=${(row) => row.id} label="Transfers"
            render=${(row) => html`<${Cells} transfer=${row} />`} onEnd=${onMore} />
        </div>`}
      <${End} shown=${shown} slow=${slow} oldest=${oldest} onMore=${onMore} />
    </section>
  `;
}

function amount({ rows, state }, slow) {
  const found = counted(rows.length, "row");
  if (state === "all") return rows.length ? `All ${found}` : "No rows";
  if (state === "loading" && !rows.length) return slow ? "FileFerry asked to slow down. It goes on by itself." : "Loading …";
  if (state === "failed" && !rows.length) return "No rows are shown";
  if (state === "failed") return `${found} so far. The rest could not be loaded.`;
  if (state === "asking") return `${found} so far. There may be more.`;
  if (state === "full") return `${found}, which are as many as are shown here.`;
  return rows.length ? `So far ${found}; more are loaded as you scroll` : "Loading …";
}

/** When the first page came. */
function AsOf({ rows }) {
  const at = useMemo(() => new Date(), [rows[0]?.id]);
  return rows.length ? html`<span class="muted">as of ${clockText(at)}</span>` : null;
}

function Nothing({ conditions }) {
  if (conditions) return html`<${Empty} icon="search" title="No transfer is like that">Fewer or other filters may find some.</${Empty}>`;
  return html`
    <${Empty} icon="history" title="Nothing was transferred yet"
      action=${html`<${LinkButton} kind="primary" icon="send" href=${sendAddress()}>Send a file</${LinkButton}>`}>
      What was sent is listed here when it has ended.
    </${Empty}>
  `;
}

/** What stands below the rows. */
function End({ shown, slow, oldest, onMore }) {
  const { state, rows, looked, error } = shown;
  const goOn = () => onMore({ asked: true });
  if (state === "failed") return html`<${Failed} error=${error} what=${rows.length ? "The list could not be loaded further." : "The list could not be loaded."} onAgain=${goOn} />`;
  if (state === "asking") {
    const before = rows.length ? `the next ${count(looked)}` : `the ${oldest ? "oldest" : "newest"} ${count(looked)}`;
    return html`<${Notice} title=${`${rows.length ? "Next to nothing" : "Nothing"} was found in ${before} transfers or so`}
      action=${html`<${Button} onClick=${goOn}>Look on</${Button}>`}>A period or a destination makes the search faster.</${Notice}>`;
  }
  if (state === "full") {
    return html`<${Notice} kind="warn" title="There are more rows than this page shows">Filter for a shorter period, or export them all.</${Notice}>`;
  }
  if (state === "loading" && rows.length) {
    return html`<p class="muted small" role="status">${slow ? "FileFerry asked to slow down. It goes on by itself." : "More rows are loaded …"}</p>`;
  }
  return null;
}

/** In px: rows grow with the reader's font, and are higher where they have less width. */
function useRowHeight() {
  const [wide, setWide] = useState(WIDE.matches);
  useEffect(() => {
    const changed = () => setWide(WIDE.matches);
    WIDE.addEventListener("change", changed);
    return () => WIDE.removeEventListener("change", changed);
  }, []);
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(rem * (wide ? HEIGHTS.wide : HEIGHTS.narrow));
}
