// What moves to a partner now, and how the last 30 days went.

import { html } from "../../lib.js";
import { bytesText, count, counted } from "../../format/bytes.js";
import { href } from "../../router.js";
import { Chart } from "../../ui/chart.js";
import { useLoaded } from "../../ui/loaded.js";
import { Name, Time } from "../../ui/name.js";
import { Failed, Loading } from "../../ui/notice.js";
import { api, session } from "../../wiring.js";
import { owner, useFigures, useSessions } from "./loading.js";
import { byDay, successText, total } from "./period.js";

const LINE_SHOWN = 10;
const KINDS = { lane: "a lane", step: "a step of", other: "a test, or other work" };

export function SessionsNow({ id }) {
  const view = useSessions(id);
  return html`
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">Sessions</h2>
      ${view ? html`<${Sessions} view=${view} />` : html`<p class="muted">How many are in use is not known yet.</p>`}
    </section>
  `;
}

function Sessions({ view }) {
  const line = view.line.slice(0, LINE_SHOWN);
  return html`
    <p><b>${view.in_use} of ${view.max_sessions}</b> in use${view.waiting > 0 ? `, ${view.whole ? "" : "at least "}${counted(view.waiting, "transfer")} waiting` : ""}</p>
    ${view.lanes && html`<p class="small">Large files get <b>${counted(view.lanes.target, "lane")}</b>. <span class="muted">${view.lanes.why}</span></p>`}
    <ul class="findings">
      ${view.holders.map((each, at) => html`<li key=${at}>${KINDS[each.kind] ?? each.kind}${each.kind !== "other" && html` <${Whose} id=${each.transfer_id} />`}${each.since && html`<span class="muted">since <${Time} at=${each.since} short=${true} /></span>`}</li>`)}
    </ul>
    ${line.length > 0 && html`
      <h3>In line</h3>
      <ol class="findings">
        ${line.map((each) => html`<li key=${each.position}>${each.position}. <${Whose} id=${each.transfer_id} /> <span class="muted">since <${Time} at=${each.since} short=${true} />${each.has_session ? ", moves meanwhile" : ""}</span></li>`)}
      </ol>
      ${view.waiting > line.length && html`<p class="muted small">${count(view.waiting - line.length)} more wait behind them.</p>`}`}
    ${!view.whole && html`<p class="muted small">So many wait that their order is not known.</p>`}
  `;
}

function Whose({ id }) {
  return id ? html`<a href=${href(`/transfers/${encodeURIComponent(id)}`)}>transfer ${id.slice(0, 8)}</a>` : html`<span>somebody else's transfer</span>`;
}

export function LastDays({ id }) {
  const figures = useFigures(id);
  return html`
    <section class="card" aria-labelledby="days">
      <h2 id="days">The last 30 days${session.seesAll.value ? "" : ", your transfers"}</h2>
      ${figures.error && html`<${Failed} error=${figures.error} what="The figures could not be loaded." onAgain=${figures.again} />`}
      ${!figures.value && figures.loading && html`<${Loading} />`}
      ${!figures.value && !figures.loading && !figures.error && html`<p class="muted">This FileFerry does not count yet.</p>`}
      ${figures.value && html`<${Days} figures=${figures.value} />`}
    </section>
  `;
}

function Days({ figures }) {
  const sum = total(figures.rows);
  if (sum.completed + sum.failed + sum.cancelled === 0) return html`<p class="muted">No transfer to this partner ended in these days.</p>`;
  const rows = byDay(figures.rows, figures.days);
  const success = successText(sum);
  const late = figures.counted_since && figures.counted_since > figures.days[0];
  return html`
    <p>${count(sum.completed)} delivered (${bytesText(sum.bytes)}), ${count(sum.failed)} failed, ${count(sum.cancelled)} cancelled${success && `; ${success} succeeded`}</p>
    ${late && html`<p class="muted small">Counted since ${figures.counted_since}: what ended before is not in the figures.</p>`}
    <${Chart} kind="bars" height=${160} label="Transfers that ended each day"
      series=${[{ label: "Delivered" }, { label: "Failed" }]}
      data=${[rows.map((_, at) => at), rows.map((each) => each.completed), rows.map((each) => each.failed)]}
      xText=${(at, short) => dayText(rows[at]?.day, short)} yText=${(value) => count(value)} />
  `;
}

function dayText(day, short) {
  return day ? (short ? day.slice(5) : day) : "";
}

export function RecentFailures({ id }) {
  const query = { destination: id, status: "failed", limit: 10, owner: owner() };
  const loaded = useLoaded((signal) => api.get("/api/transfer", { query, signal }), [id]);
  const transfers = loaded.value?.transfers ?? [];
  return html`
    <section class="card" aria-labelledby="failures">
      <h2 id="failures">Recent failures</h2>
      ${loaded.error && html`<${Failed} error=${loaded.error} onAgain=${loaded.again} />`}
      ${!loaded.value && loaded.loading && html`<${Loading} />`}
      ${loaded.value && transfers.length === 0 && html`<p class="muted">${loaded.value.cursor ? "None among the latest transfers." : "None that are still failed."}</p>`}
      <ul class="failures">
        ${transfers.map((each) => html`
          <li key=${each.id}>
            <div class="failure-head"><a href=${href(`/transfers/${encodeURIComponent(each.id)}`)}><${Name} text=${each.source.key} most=${60} /></a>
            <span class="muted small"><${Time} at=${each.finished_at} short=${true} /></span></div>
            ${each.failure && html`<p class="small"><code>${each.failure.code}</code> <${Name} text=${each.failure.message} /></p>`}
          </li>`)}
      </ul>
      ${loaded.value?.cursor && html`<a class="small" href=${href("/history", { destination: id, status: "failed" })}>All of them in the history</a>`}
    </section>
  `;
}
