// What is most asked of a transfer: how far, how fast, how long; from where, where to, whose.

import { html } from "../../lib.js";
import { count, rateText } from "../../format/bytes.js";
import { durationText } from "../../format/durations.js";
import { s3Address } from "../../format/names.js";
import { moves } from "../../live/shown.js";
import { Name, Time } from "../../ui/name.js";
import { Bar, State } from "../../ui/state.js";
import { CopyButton } from "../../ui/button.js";
import { bytesOf, filesOf, lanesOf, leftOf, percentOf, tailOf } from "./figures.js";

export function Head({ shown, view, stale }) {
  const isStale = stale !== null;
  return html`
    <section class="card transfer-head" aria-label="Progress">
      <div class="transfer-figures" data-stale=${isStale ? "" : null}>
        <p class="figure-number">${percentOf(shown) || html`<span class="muted">-</span>`}</p>
        <${State} status=${shown.status} />
        <p class=${isStale ? "stale" : ""}>${tailWords(shown, stale)}</p>
        <p>${bytesOf(shown)}</p>
        ${shown.files && html`<p>${filesOf(shown)}</p>`}
        <p class="muted">${lanesOf(shown)}</p>
      </div>
      <${Bar} percent=${shown.percent} status=${shown.status} stale=${isStale} label="Bytes moved" />
      <${Facts} shown=${shown} view=${view} />
    </section>
  `;
}

/** The state stands beside it, and is not said twice. */
function tailWords(shown, stale) {
  if (stale !== null) return `last seen ${durationText(stale)} ago`;
  if (moves(shown)) return html`<strong>${rateText(shown.rate_bytes_per_second)}</strong>, ${leftOf(shown)}`;
  const tail = tailOf(shown);
  return tail === shown.status ? "" : tail;
}

function Facts({ shown, view }) {
  const { source, destination } = shown;
  return html`
    <div class="form-row">
    <dl class="pairs">
      <dt>From</dt>
      <dd><${Name} text=${s3Address(source)} />
        ${source.version_id && html` <span class="muted">version <${Name} text=${source.version_id} /></span>`}</dd>
      <dt>To</dt>
      <dd><a href=${`/partners/${encodeURIComponent(destination.id)}`}><${Name} text=${destination.name ?? destination.id} /></a>
        ${destination.host && html` <span class="muted"><${Name} text=${destination.host} /></span>`}
        <br /><${Name} text=${shown.target_path} /></dd>
      <dt>Requested</dt>
      <dd><${Name} text=${shown.owner} />, <${Time} at=${shown.requested_at} /></dd>
      <${ProposedBy} origin=${view?.origin} />
      ${shown.label && html`<dt>Label</dt><dd><${Name} text=${shown.label} /></dd>`}
    </dl>
    <dl class="pairs">
      <dt>Started</dt><dd><${Time} at=${shown.started_at} /></dd>
      ${shown.finished_at && html`<dt>Finished</dt><dd><${Time} at=${shown.finished_at} /></dd>`}
      ${shown.run > 1 && html`<dt>Run</dt><dd>${count(shown.run)}</dd>`}
      ${view && html`<dt>Policy</dt><dd>if it exists: ${POLICY[view.if_exists] ?? view.if_exists}; verify ${view.verify}${view.readback_percent ? ` (${view.readback_percent} % of the bytes)` : ""}</dd>`}
      ${view?.strategy && html`<dt>Moved by</dt><dd><${Name} text=${view.strategy} /></dd>`}
      ${view?.planned_proof && html`<dt>Proof</dt><dd><${Name} text=${view.planned_proof} /></dd>`}
      <dt>Id</dt><dd class="transfer-id"><code>${shown.id}</code><${CopyButton} text=${shown.id} label="Copy id" kind="quiet small" /></dd>
    </dl>
    </div>
  `;
}

/** Whoever asks for a transfer can name any proposal: its page says what came of it. */
function ProposedBy({ origin }) {
  const id = origin?.proposal_id;
  if (typeof id !== "string") return null;
  return html`<dt>Proposal</dt><dd><a href=${`/agent/proposals/${encodeURIComponent(id)}`}><${Name} text=${id} /></a> of the agent, as the request names it</dd>`;
}

const POLICY = { fail: "fail", replace: "replace it", keep_both: "keep both" };
