// What was transferred: a list by conditions, and the same list as a file.

import { html, useEffect, useMemo, useState } from "../../lib.js";
import { listDestinations } from "../../api/destinations.js";
import { SignedOut } from "../../api/problem.js";
import { place } from "../../router.js";
import { Button } from "../../ui/button.js";
import { useLoaded } from "../../ui/loaded.js";
import { Screen } from "../../ui/screen.js";
import { Tabs } from "../../ui/tabs.js";
import { api, session } from "../../wiring.js";
import { useExport } from "./export_panel.js";
import { createFeed } from "./feed.js";
import { FilterForm } from "./filter_form.js";
import { TABS, conditionsIn, queryOf } from "./filters.js";
import { paced } from "./pace.js";
import { Past } from "./past.js";

const PAGE = 200;
const CALM_MS = 300; // a date's field changes with each digit

export default function History() {
  const params = place.value.query;
  const seesAll = session.seesAll.value;
  const query = queryOf(params, seesAll);
  const key = JSON.stringify(query);
  const [turn, refresh] = useState(0);
  const [slow, setSlow] = useState(false);
  const feed = useMemo(() => openFeed(query, setSlow), [key, turn]);
  useEffect(() => {
    setSlow(false);
    const timer = setTimeout(feed.more, CALM_MS);
    return () => {
      clearTimeout(timer);
      feed.close();
    };
  }, [feed]);
  const destinations = useLoaded((signal) => listDestinations(api, signal), []);
  const exporting = useExport();
  const shown = feed.shown.value;
  const reasons = [...new Set(shown.rows.map((each) => each.failure?.code).filter(Boolean))].sort();
  const conditions = conditionsIn(params);
  const exports = ["csv", "json"].map((format) => html`
    <${Button} key=${format} icon="export" disabled=${exporting.running} onClick=${() => exporting.start(format, query)}>
      ${`Export ${format.toUpperCase()}`}
    </${Button}>`);
  return html`
    <${Screen} title="History" actions=${exports}>
      <${Tabs} label="History" tabs=${TABS} current="history" />
      <${FilterForm} params=${params} seesAll=${seesAll} conditions=${conditions} reasons=${reasons} error=${shown.error}
        destinations=${(destinations.value?.items ?? []).map((each) => each.id)} disabled=${exporting.running} />
      ${exporting.view}
      <${Past} shown=${shown} slow=${slow} conditions=${conditions} oldest=${query.order === "oldest"}
        onMore=${feed.more} onRefresh=${() => refresh((before) => before + 1)} />
    </${Screen}>
  `;
}

function openFeed(query, onSlow) {
  const load = async (cursor, signal) => {
    try {
      return await api.get("/api/history", { query: { ...query, limit: PAGE, cursor }, signal });
    } catch (error) {
      if (error instanceof SignedOut) return new Promise(() => {}); // the login is shown
      throw error;
    }
  };
  return createFeed(paced(load, { onSlow }));
}
