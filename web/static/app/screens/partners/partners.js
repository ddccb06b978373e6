// Partners: whether they can be sent to, what goes there now, and how the last 30 days went.

import { html } from "../../lib.js";
import { MOST_DESTINATIONS } from "../../api/destinations.js";
import { bytesText, count, counted } from "../../format/bytes.js";
import { goQuery, href, place } from "../../router.js";
import { LinkButton } from "../../ui/button.js";
import { TextField } from "../../ui/field.js";
import { Name, Time } from "../../ui/name.js";
import { Empty, Failed, Loading, Notice } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { isConfirmed } from "../../transfers/readiness.js";
import { session } from "../../wiring.js";
import { AddPartner } from "./add.js";
import { useFigures, usePartners, useSessions } from "./loading.js";
import { byDestination, successText } from "./period.js";
import { steps } from "./probe_words.js";

export default function Partners() {
  const loaded = usePartners();
  const figures = useFigures();
  const wanted = place.value.query.get("q") ?? "";
  const all = loaded.value?.items ?? [];
  const shown = all.filter((each) => fits(each, wanted));
  const admin = session.isAdmin.value;
  const add = admin && html`<${LinkButton} kind="primary" icon="add" href="/partners?add=1">Add a partner</${LinkButton}>`;
  return html`
    <${Screen} title="Partners" actions=${add}>
      ${all.length > 0 && html`<${TextField} label="Search" type="search" maxlength="200" value=${wanted} onValue=${(q) => goQuery({ q })} />`}
      ${loaded.error && html`<${Failed} error=${loaded.error} onAgain=${loaded.again} />`}
      ${figures.error && html`<${Failed} error=${figures.error} what="The figures of the last 30 days could not be loaded." onAgain=${figures.again} />`}
      ${!loaded.value && loaded.loading && html`<${Loading} lines=${5} />`}
      ${loaded.value && !loaded.value.complete && html`<${Notice} kind="warn">The first ${count(MOST_DESTINATIONS)} partners are listed. Open another one by its address: /partners/its-id</${Notice}>`}
      ${loaded.value && all.length === 0 && html`<${NoPartner} admin=${admin} />`}
      ${all.length > 0 && html`
        <p class="muted small" role="status">${counted(shown.length, "partner")}${wanted && ` of ${count(all.length)}`}</p>
        <${Table} partners=${shown} figures=${figures} />`}
      ${admin && place.value.query.has("add") && html`<${AddPartner} />`}
    </${Screen}>
  `;
}

function NoPartner({ admin }) {
  return html`
    <${Empty} icon="partners" title=${admin ? "There is no partner yet" : "There is no partner that you may see"}>
      ${admin ? "Add the first one: its server, its login and its host key." : "Ask an admin for a grant."}
    </${Empty}>
  `;
}

function fits(partner, wanted) {
  const text = wanted.trim().toLowerCase();
  return !text || [partner.id, partner.name, partner.host].some((each) => each.toLowerCase().includes(text));
}

function Table({ partners, figures }) {
  if (!partners.length) return html`<${Empty} icon="search" title="No partner fits" />`;
  const sums = figures.value ? byDestination(figures.value.rows) : null;
  return html`
    <div class="table-box stacked">
      <table class="table">
        <thead><tr><th>Partner</th><th>Server</th><th>State</th><th>Sessions now</th><th>Tested</th>
          <th>Last 30 days${session.seesAll.value ? "" : " (yours)"}</th></tr></thead>
        <tbody>
          ${partners.map((each) => html`<${Row} key=${each.id} partner=${each} sum=${sums?.get(each.id)} known=${sums !== null} loading=${figures.loading} />`)}
        </tbody>
      </table>
    </div>
  `;
}

function Row({ partner, sum, known, loading }) {
  return html`
    <tr>
      <td data-label="Partner"><div><a href=${href(`/partners/${partner.id}`)}><${Name} text=${partner.name} most=${60} /></a><div class="muted">${partner.id}</div></div></td>
      <td data-label="Server"><${Name} text=${`${partner.host}:${partner.port}`} most=${48} /></td>
      <td data-label="State"><${Ready} partner=${partner} /></td>
      <td data-label="Sessions now"><${SessionsNow} id=${partner.id} /></td>
      <td data-label="Tested">${partner.profile ? html`<${Time} at=${partner.profile.probed_at} short=${true} />` : html`<span class="muted">never</span>`}</td>
      <td data-label="Last 30 days">${known ? html`<div><${Sum} sum=${sum} /></div>` : html`<span class="muted">${loading ? "…" : "not known"}</span>`}</td>
    </tr>
  `;
}

function Ready({ partner }) {
  const open = steps(partner).filter((each) => !each.done);
  if (open.length === 0) return html`<span class="state" data-tone="done">Ready</span>`;
  if (!partner.has_password && !partner.has_key) return html`<span class="state" data-tone="bad">No credential</span>`;
  if (!isConfirmed(partner)) return html`<span class="state" data-tone="warn">Host key not confirmed</span>`;
  return html`<span class="state" data-tone="idle">Not tested yet</span>`;
}

/** Asked for one partner after the other, so the figure of a long list comes late. */
function SessionsNow({ id }) {
  const view = useSessions(id);
  if (!view) return html`<span class="muted">not known yet</span>`;
  const waits = view.waiting > 0 ? `, ${view.whole ? "" : "at least "}${count(view.waiting)} waiting` : "";
  return html`<span>${view.in_use} of ${view.max_sessions}${waits}</span>`;
}

function Sum({ sum }) {
  if (!sum) return html`<span class="muted">nothing ended</span>`;
  const success = successText(sum);
  return html`
    <div>${count(sum.completed)} delivered, ${bytesText(sum.bytes)}</div>
    ${sum.failed > 0 && html`<div class="failed-sum">${count(sum.failed)} failed${success && ` (${success} succeeded)`}</div>`}
  `;
}
