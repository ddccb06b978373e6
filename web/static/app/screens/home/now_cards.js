// What moves, what waits and what needs attention, each as a card.

import { html } from "../../lib.js";
import { count, counted, percentText, rateText } from "../../format/bytes.js";
import { durationText } from "../../format/durations.js";
import { escaped, lastPart } from "../../format/names.js";
import { staleFor } from "../../live/live.js";
import { href } from "../../router.js";
import { Name } from "../../ui/name.js";
import { Bar } from "../../ui/state.js";
import { live } from "../../wiring.js";
import { nameOf } from "../../transfers/naming.js";
import { DAYS } from "../../transfers/failed_before.js";
import { attentionOf, attentionText, movingOf, waitingOf, waitingText } from "./groups.js";

const SHOWN = 5; // groups

export function MovingCard({ rows, now, of }) {
  const { moving, rate, unheard, ending, largest } = movingOf(rows, now, (shown) => staleFor(shown, live) !== null);
  return html`
    <section class="card home-card" aria-labelledby="home-moving">
      <h2 id="home-moving"><a href=${href("/transfers", { of })}>Moving now</a></h2>
      <p class="home-figures"><span class="figure-number">${count(moving)}</span>
        ${moving > 0 && html`<span class=${unheard > 0 ? "stale" : ""}>${rate === null ? "rate unknown" : `${rateText(rate)} together`}${unheard > 0 && `, without ${count(unheard)} not heard of lately`}</span>`}</p>
      ${ending > 0 && html`<p class="muted small">${count(ending)} more ${ending === 1 ? "is" : "are"} verified, committed or cancelled.</p>`}
      ${moving === 0 && html`<p class="muted">Nothing moves just now.</p>`}
      <ul class="home-list">${largest.map((shown) => html`<${Mover} key=${shown.id} shown=${shown} />`)}</ul>
    </section>
  `;
}

function Mover({ shown }) {
  const stale = staleFor(shown, live);
  const figures = [rateText(shown.rate_bytes_per_second), shown.eta_text && shown.eta_text !== "unknown" ? `${shown.eta_text} left` : ""];
  return html`
    <li class="home-mover">
      <a class="home-cut" href=${`/transfers/${encodeURIComponent(shown.id)}`}><${Name} text=${lastPart(shown.source.key)} /></a>
      <span class="number small">${percentText(shown.percent, false) || "-"}</span>
      <${Bar} percent=${shown.percent} status=${shown.status} stale=${stale !== null} label=${`Progress of ${nameOf(shown)}`} />
      <span class="home-cut muted small">to <${Name} text=${shown.destination.name ?? shown.destination.id} />${" "}
        ${stale === null ? figures.filter(Boolean).map((each) => `· ${each}`).join(" ") : html`<span class="stale">last seen ${durationText(stale)} ago</span>`}</span>
    </li>
  `;
}

export function WaitingCard({ rows, now, of }) {
  const groups = waitingOf(rows, now);
  return html`
    <${GroupCard} id="home-waiting" title="Waiting" tab="waiting" of=${of} groups=${groups} none="Nothing waits."
      textOf=${(group) => waitingText(group, escaped(group.destination?.name ?? group.destination?.id))} />
  `;
}

export function AttentionCard({ rows, now, of, failed }) {
  const groups = attentionOf(rows, now);
  const part = failed.error
    ? "What failed more than an hour ago could not be loaded."
    : failed.value ? `With what failed of the last ${DAYS} days.` : "";
  const none = failed.value ? "Nothing needs attention." : failed.error ? "Nothing of the last hour." : "";
  return html`
    <${GroupCard} id="home-attention" title="Needs attention" tab="attention" of=${of} groups=${groups} none=${none} note=${part}
      textOf=${(group) => html`${attentionText(group)}: <code>${escaped(group.code)}</code> ${partnersText(group)}`} />
  `;
}

function partnersText({ partners }) {
  const [[, first], ...more] = partners;
  return html`<span class="muted">with <${Name} text=${first} />${more.length > 0 && ` and ${count(more.length)} more`}</span>`;
}

function GroupCard({ id, title, tab, of, groups, none, note, textOf }) {
  const total = groups.reduce((sum, each) => sum + each.number, 0);
  const address = (group) =>
    href("/transfers", { tab, of, reason: group.code, destination: group.destination?.id });
  return html`
    <section class="card home-card" aria-labelledby=${id} data-tone=${tab === "attention" && total > 0 ? "bad" : null}>
      <h2 id=${id}><a href=${href("/transfers", { tab, of })}>${title}</a></h2>
      <p class="figure-number">${count(total)}</p>
      ${total === 0 && none && html`<p class="muted">${none}</p>`}
      <ul class="home-list">
        ${groups.slice(0, SHOWN).map(
          (group) => html`<li key=${address(group)}><a class="home-group" href=${address(group)}><strong>${count(group.number)}</strong> <span>${textOf(group)}</span></a></li>`,
        )}
        ${groups.length > SHOWN && html`<li class="muted small">and ${counted(groups.length - SHOWN, "other reason")}</li>`}
      </ul>
      ${note && html`<p class="muted small home-note">${note}</p>`}
    </section>
  `;
}
