// The queue: what moves, waits, needs somebody, and is done.

import { html, useMemo, useState } from "../../lib.js";
import { href, place } from "../../router.js";
import { toast } from "../../ui/announce.js";
import { Notice } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { Tabs } from "../../ui/tabs.js";
import { session } from "../../wiring.js";
import { acting, act } from "./acting.js";
import { BulkPanel } from "./bulk_panel.js";
import { bulk, isRunning } from "./console_bulk.js";
import { Filters } from "./filters.js";
import { QueueBody, ListLine } from "./list_line.js";
import { listed, wishOf } from "./matching.js";
import { ReasonGroups } from "./reason_groups.js";
import { RowsList } from "./rows_list.js";
import { Cut } from "../../transfers/cut.js";
import { Scopes } from "../../transfers/scopes.js";
import { CancelQuestion, SelectionBar } from "./selection_bar.js";
import { TABS } from "../../transfers/standing.js";
import { clockNow, scopeOf } from "../../transfers/use_list.js";
import { useOrder } from "./use_order.js";
import { useRows } from "../../transfers/use_rows.js";

const TAB_TEXTS = { active: "Active", waiting: "Waiting", attention: "Needs attention", done: "Done" };

export default function Queue() {
  const { query } = place.value;
  const scope = scopeOf(query);
  const wish = wishOf(query);
  const now = clockNow();
  const known = useRows(scope);
  const key = JSON.stringify([scope, wish]);
  const halfMinute = now && Math.floor(now / 30_000); // what is late becomes so without any news
  const { ids, counts, inTab } = useMemo(() => listed(known.rows.values(), wish, now), [known.rows, key, halfMinute]);
  const [asked, ask] = useState([]); // the rows that are about to be cancelled
  const [pointer, point] = useState({ isIn: false, isOnButtons: false });
  const isActing = acting.value.size > 0 || isRunning();
  const isHeld = asked.length > 0 || pointer.isOnButtons || (pointer.isIn && isActing);
  const kept = useOrder({ key, ids }, { rows: known.rows, isHeld });
  const selected = [...kept.selection.ids].map((id) => known.rows.get(id)).filter(Boolean);
  const start = (action, rows) => {
    if (action === "cancel") ask(rows);
    else bulk.start(action, rows.map((shown) => shown.id)); // the selection stays, and so do its rows
  };
  const cancel = () => {
    if (asked.length === 1) act("cancel", asked[0]); // a bulk action may run beside it
    else if (!bulk.start("cancel", asked.map((shown) => shown.id))) {
      toast("Another action on many still runs, so none of these was cancelled.", { kind: "bad" });
    }
    ask([]);
  };
  return html`
    <${Screen} title="Transfers" actions=${session.seesAll.value && html`<${Scopes} path="/transfers" scope=${scope} query=${query} />`}>
      <${Tabs} label="Transfers by state" current=${wish.tab} tabs=${TABS.map((key) => tabOf(key, counts, query, known))} />
      ${known.refused && html`<${Notice} kind="bad" title="You may not see everybody's transfers.">${known.refused}</${Notice}>`}
      <${Cut} number=${known.rows.size} />
      <${Filters} wish=${wish} inTab=${inTab} now=${now} isEverybodys=${scope === "all"} />
      ${wish.tab === "attention" && html`<${ReasonGroups} rows=${kept.order.ids.map((id) => known.rows.get(id))} me=${session.me.value} onRetry=${(rows) => start("retry", rows)} />`}
      <${BulkPanel} />
      <${QueueBody} known=${known} wish=${wish} hasRows=${kept.order.ids.length > 0}>
        <${ListLine} kept=${kept} wish=${wish} isHeld=${isHeld} isReady=${known.isReady} />
        <${RowsList} order=${kept.order} rows=${known.rows} selection=${kept.selection} choose=${kept.choose}
          onCancel=${(shown) => ask([shown])}
          onPointer=${(isIn, isOnButtons) =>
            (isIn !== pointer.isIn || isOnButtons !== pointer.isOnButtons) && point({ isIn, isOnButtons })} />
      </${QueueBody}>
      <${SelectionBar} rows=${selected} isAll=${selected.length > 1 && selected.length === kept.order.ids.length}
        me=${session.me.value} onAction=${start} onClear=${kept.clear} />
      ${asked.length > 0 && html`<${CancelQuestion} rows=${asked} onYes=${cancel} onNo=${() => ask([])} />`}
    </${Screen}>
  `;
}

/** What was chosen stays in another tab, except reasons and the order, which are a tab's own. */
function tabOf(key, counts, query, known) {
  const { of, q, destination, owner } = Object.fromEntries(query);
  const tab = key === "active" ? null : key;
  const isKnown = known.isReady && (key !== "attention" || !known.failed.loading || known.failed.value);
  return {
    key,
    text: TAB_TEXTS[key],
    href: href("/transfers", { tab, of, q, destination, owner }),
    count: isKnown ? counts[key] : null,
  };
}
