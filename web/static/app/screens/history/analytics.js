// How transfers ended, day by day: how many succeeded, how much, how fast, and why not.

import { html } from "../../lib.js";
import { listDestinations } from "../../api/destinations.js";
import { dateText, zoneId } from "../../format/times.js";
import { place } from "../../router.js";
import { useLoaded } from "../../ui/loaded.js";
import { Empty, Failed, Loading } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { Tabs } from "../../ui/tabs.js";
import { api, session } from "../../wiring.js";
import { Reasons, Success, Throughput, Volume } from "./charts.js";
import { figuresOf, periodOf } from "./figures.js";
import { EVERYBODY, MINE, TABS, ownerOf } from "./filters.js";
import { InWords } from "./in_words.js";
import { PeriodForm } from "./period_form.js";

export default function Analytics() {
  const params = place.value.query;
  const seesAll = session.seesAll.value;
  const owner = ownerOf(params, seesAll) === MINE ? MINE : EVERYBODY;
  const period = periodOf(params, dateText(new Date()));
  const destination = params.get("destination") || null;
  const query = {
    from: period.first,
    until: period.until,
    time_zone: zoneId(),
    destination,
    owner: owner === MINE ? null : owner,
  };
  const shown = useLoaded(
    async (signal) => ({ view: await api.get("/api/statistics", { query, signal }), period }),
    [JSON.stringify(query)],
  );
  const destinations = useLoaded((signal) => listDestinations(api, signal), []);
  return html`
    <${Screen} title="Analytics">
      <${Tabs} label="History" tabs=${TABS} current="analytics" />
      <${PeriodForm} period=${period} owner=${owner} seesAll=${seesAll} destination=${destination}
        destinations=${(destinations.value?.items ?? []).map((each) => each.id)} busy=${shown.loading} />
      ${shown.error && html`<${Failed} error=${shown.error} onAgain=${shown.again} />`}
      ${!shown.value && shown.loading && html`<${Loading} lines=${8} what="The figures are loaded" />`}
      ${shown.value && !shown.error && html`<${Shown} ...${shown.value} destination=${destination} owner=${owner} old=${shown.loading} />`}
    </${Screen}>
  `;
}

function Shown({ view, period, destination, owner, old }) {
  const figures = figuresOf(view, period);
  const { total } = figures;
  const nothing = total.completed + total.failed + total.cancelled === 0;
  if (nothing) return html`<${Nothing} counted=${view.counted_since} unknown=${figures.unknown} days=${figures.days.length} />`;
  const links = { destination, owner: owner === EVERYBODY ? null : MINE };
  return html`
    <div class="figures" data-old=${old ? "" : null} aria-busy=${old ? "true" : null}>
      <${InWords} figures=${figures} period=${period} since=${view.counted_since} />
      <div class="chart-cards">
        <${Success} figures=${figures} />
        <${Volume} figures=${figures} />
        <${Throughput} figures=${figures} />
        <${Reasons} figures=${figures} period=${period} links=${links} />
      </div>
    </div>
  `;
}

function Nothing({ counted, unknown, days }) {
  if (unknown === days) {
    return html`<${Empty} icon="history" title="No figures of this period">
      ${counted ? `How transfers ended is counted since ${counted} (UTC).` : "Nothing was counted yet. Figures follow the first transfer that ends."}
    </${Empty}>`;
  }
  return html`<${Empty} icon="history" title="No transfer ended in this period">A longer period or other filters may show some.</${Empty}>`;
}
