// Home: what moves, what waits, what needs somebody, and whether today is a usual day.

import { html } from "../../lib.js";
import { place } from "../../router.js";
import { useLoaded } from "../../ui/loaded.js";
import { Loading, Notice } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { api, live, session } from "../../wiring.js";
import { Cut } from "../../transfers/cut.js";
import { Scopes } from "../../transfers/scopes.js";
import { clockNow, scopeOf } from "../../transfers/use_list.js";
import { useRows } from "../../transfers/use_rows.js";
import { AttentionCard, MovingCard, WaitingCard } from "./now_cards.js";
import { PartnersCard } from "./partners_card.js";
import { TodayCard } from "./today_card.js";
import { usePartners, useToday } from "./use_statistics.js";
import { Welcome } from "./welcome.js";

export default function Home() {
  const { query } = place.value;
  const scope = scopeOf(query);
  const known = useRows(scope);
  const today = useToday(scope);
  const partners = usePartners(scope);
  const isNew = useIsNew(scope, known);
  const now = clockNow();
  const rows = [...known.rows.values()];
  const of = session.seesAll.value ? scope : null;
  return html`
    <${Screen} title="Home" actions=${session.seesAll.value && html`<${Scopes} path="/" scope=${scope} query=${query} />`}>
      ${known.refused && html`<${Notice} kind="bad" title="You may not see everybody's transfers.">${known.refused}</${Notice}>`}
      <${Cut} number=${rows.length} />
      ${isNew && html`<${Welcome} me=${session.me.value} />`}
      ${!isNew && (known.isReady ? html`
        <div class="home-now">
          <${MovingCard} rows=${rows} now=${now} of=${of} />
          <${WaitingCard} rows=${rows} now=${now} of=${of} />
          <${AttentionCard} rows=${rows} now=${now} of=${of} failed=${known.failed} />
        </div>` : html`<${Opening} />`)}
      <div class="home-figures-row">
        ${!isNew && html`<${TodayCard} loaded=${ofScope(today, scope)} />`}
        <${PartnersCard} loaded=${ofScope(partners, scope)} rows=${rows} now=${now} scope=${scope} />
      </div>
    </${Screen}>
  `;
}

/** Figures of another list than the one that is shown are none. */
function ofScope(loaded, scope) {
  return loaded.value?.scope === scope ? loaded : { ...loaded, value: null };
}

function Opening() {
  if (live.link.value !== "lost") return html`<${Loading} lines=${6} what="Transfers are loaded" />`;
  return html`<${Notice} kind="warn" title="FileFerry does not answer.">It is tried again by itself.</${Notice}>`;
}

/** Whether nothing was ever sent. It is asked only where the lists know of nothing. */
function useIsNew(scope, known) {
  const isEmpty = known.isReady && known.rows.size === 0;
  const loaded = useLoaded(
    async (signal) => {
      if (!isEmpty) return false;
      const query = { limit: 1, owner: scope === "all" ? "*" : null };
      const page = await api.get("/api/transfer", { query, signal });
      return page.transfers.length === 0 && page.cursor === null;
    },
    [scope, isEmpty],
  );
  return isEmpty && loaded.value === true;
}
