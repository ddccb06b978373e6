// How each partner has been doing.

import { html } from "../../lib.js";
import { count, counted } from "../../format/bytes.js";
import { escaped } from "../../format/names.js";
import { Failed, Loading } from "../../ui/notice.js";
import { Name } from "../../ui/name.js";
import { healthOf, successText } from "./health.js";

const SHOWN = 8;

export function PartnersCard({ loaded, rows, now, scope }) {
  const { value, error, again } = loaded;
  return html`
    <section class="card home-card" aria-labelledby="home-partners">
      <h2 id="home-partners"><a href="/partners">Partners</a></h2>
      ${error && html`<${Failed} error=${error} onAgain=${again} what="The partners' figures could not be loaded." />`}
      ${value ? html`<${Table} value=${value} rows=${rows} now=${now} scope=${scope} />` : !error && html`<${Loading} />`}
    </section>
  `;
}

function Table({ value, rows, now, scope }) {
  const partners = healthOf(value.rows, rows, value.destinations, now);
  const { countedSince: since, from } = value;
  if (partners.length === 0) return html`<p class="muted">${scope === "all" ? "There is no partner yet." : "There is no partner that you may send to."}</p>`;
  return html`
    <ul class="home-partners">${partners.slice(0, SHOWN).map((each) => html`<${Partner} key=${each.id} of=${each} />`)}</ul>
    <p class="muted small home-note">
      ${scope === "all" ? "Everybody's transfers" : "Your transfers"} of the last 30 days${since === null ? ", of which none ended yet" : since > from && `, counted since ${since} (UTC)`}.
      ${partners.length > SHOWN && html` <a href="/partners">${counted(partners.length - SHOWN, "more partner")}</a>`}
    </p>
  `;
}

function Partner({ of }) {
  const tone = of.trouble > 0 ? "bad" : of.success === null ? "idle" : of.success < 0.9 ? "bad" : of.success < 0.98 ? "warn" : "done";
  const ended = of.completed + of.failed;
  return html`
    <li class="home-partner">
      <a class="home-cut" href=${`/partners/${encodeURIComponent(of.id)}`}><${Name} text=${of.name} /></a>
      <span class="state" data-tone=${tone}>${successText(of.success)}</span>
      <span class="small muted">${ended === 0
        ? "nothing ended"
        : html`${count(of.completed)} of ${count(ended)} delivered${of.lastFailure && html`, last failure ${of.lastFailure} <span class="home-reason">(most often <code>${escaped(of.reason)}</code>)</span>`}`}</span>
      <span class="small">${[of.moving > 0 && `${count(of.moving)} moving`, of.trouble > 0 && `${count(of.trouble)} in trouble`].filter(Boolean).join(", ")}</span>
    </li>
  `;
}
