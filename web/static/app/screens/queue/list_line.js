// Above and in place of the rows: how many there are, whether their order is kept, why there are none.

import { html } from "../../lib.js";
import { count, counted } from "../../format/bytes.js";
import { href, place } from "../../router.js";
import { sendAddress } from "../../shell.js";
import { Button, LinkButton } from "../../ui/button.js";
import { Empty, Failed, Loading, Notice } from "../../ui/notice.js";
import { live } from "../../wiring.js";
import { DAYS } from "../../transfers/failed_before.js";

/** @param {{kept: object, wish: object, isHeld: boolean, isReady: boolean}} p `kept`: of useOrder */
export function ListLine({ kept, wish, isHeld, isReady }) {
  const { ids, fresh } = kept.order;
  const number = kept.selection.ids.size;
  const toggle = () => (number > 0 ? kept.clear() : kept.chooseAll());
  return html`
    <div class="queue-line">
      <label class="queue-all"><input type="checkbox" checked=${number > 0 && number === ids.length}
        indeterminate=${number > 0 && number < ids.length} onClick=${toggle} />
        ${number > 0 ? "Clear the selection" : `Select ${hasFilter(wish) ? "all that match" : "all"} (${count(ids.length)})`}</label>
      ${!isReady && html`<span class="muted small" role="status">More are being loaded …</span>`}
      ${kept.isKept && html`<span class="muted small" role="status">Order is kept while you ${isHeld && number === 0 ? "act" : "select"}.</span>`}
      ${fresh.length > 0 && html`<${Button} kind="quiet small" onClick=${kept.showFresh}>Show ${count(fresh.length)} new</${Button}>`}
    </div>
  `;
}

function hasFilter({ q, destination, owner, reason }) {
  return Boolean(q || destination || owner || reason);
}

/** @param {{known: object, wish: object, hasRows: boolean, children: any}} p `known`: of useRows */
export function QueueBody({ known, wish, hasRows, children }) {
  const failed = known.failed;
  const isAttention = wish.tab === "attention";
  if (!hasRows && (!known.isReady || (isAttention && failed.loading && !failed.value))) {
    return live.link.value === "lost"
      ? html`<${Notice} kind="warn" title="FileFerry does not answer.">It is tried again by itself.</${Notice}>`
      : html`<${Loading} lines=${6} what="Transfers are loaded" />`;
  }
  return html`
    <div class="queue-body">
      ${isAttention && failed.error && html`<${Failed} error=${failed.error} onAgain=${failed.again}
        what="Those that failed more than an hour ago could not be loaded." />`}
      ${hasRows ? children : html`<${Nothing} wish=${wish} />`}
      <${Beyond} wish=${wish} failed=${failed.value} />
    </div>
  `;
}

const EMPTY = {
  active: ["moving", "Nothing moves just now", "What is sent shows up here by itself."],
  waiting: ["waiting", "Nothing waits", "No transfer is paused, waits for a session with a partner or has yet to begin."],
  attention: ["done", "Nothing needs attention", "No transfer has trouble, and none failed within the last days."],
  done: ["history", "Nothing ended lately", "A transfer that ended stays here for an hour."],
  unheard: ["history", "Nothing was seen to end", "Without the live connection only what ends from now on is listed here."],
};

function Nothing({ wish }) {
  if (hasFilter(wish)) {
    const { of, tab } = Object.fromEntries(place.value.query);
    const all = html`<${LinkButton} href=${href("/transfers", { of, tab })}>Show all of this tab</${LinkButton}>`;
    return html`<${Empty} icon="search" title="No transfer matches" action=${all}>The search and the filters look at this tab only.</${Empty}>`;
  }
  const [icon, title, text] = EMPTY[wish.tab === "done" && live.link.value !== "stream" ? "unheard" : wish.tab];
  const send = html`<${LinkButton} icon="send" href=${sendAddress()}>Send a file</${LinkButton}>`;
  return html`<${Empty} icon=${icon} title=${title} action=${wish.tab === "active" && send}>${text}</${Empty}>`;
}

/** What the list does not hold. */
function Beyond({ wish, failed }) {
  if (wish.tab === "done" && live.link.value !== "stream") {
    return html`<p class="muted small">Without the live connection only those are listed that this page saw end. All are in <a href="/history">History</a>.</p>`;
  }
  if (wish.tab === "done") {
    return html`<p class="muted small">These ended within the last hour, at most 200. Older ones are in <a href="/history">History</a>.</p>`;
  }
  if (wish.tab !== "attention" || !failed) return null;
  const which = failed.complete
    ? `Failed transfers that were asked for within the last ${DAYS} days are here.`
    : `Of the failed transfers of the last ${DAYS} days the newest ${counted(failed.rows.length, "transfer")} are here.`;
  return html`<p class="muted small">${which} Older ones are in <a href="/history?status=failed">History</a>.</p>`;
}
