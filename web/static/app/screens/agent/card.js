// A proposal's card. All of it is the service's record, and nothing of it is said by the model here.

import { html, useEffect, useState } from "../../lib.js";
import { bytesText, counted } from "../../format/bytes.js";
import { escaped, escapedText } from "../../format/names.js";
import { CopyButton } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { Name, Time } from "../../ui/name.js";
import { Failed, Loading, Notice } from "../../ui/notice.js";
import { session } from "../../wiring.js";
import { Decision } from "./decision.js";
import { isUndecided } from "./proposals.js";
import { endText, estimateText, isTransfer, shortDigest, stateOf, successText } from "./words.js";
import { desk } from "./wiring.js";

const LOOK_AGAIN_MS = { open: 20_000, confirming: 3_000 }; // somebody may decide in another tab or terminal
const STEPS_SHOWN = 10;

/** @param {{id: string, isHeld?: boolean, whole?: boolean}} p `whole`: also what is seldom wanted is open */
export function ProposalCard({ id, isHeld = false, whole = false }) {
  const entry = desk.proposals.of(id);
  const { view, error } = entry.value;
  useFresh(id, view?.state);
  if (!view) {
    if (error) return html`<${Failed} error=${error} what="The proposal could not be read." onAgain=${() => desk.proposals.load(id)} />`;
    return html`<${Loading} lines=${2} what="Loading the proposal" />`;
  }
  const [icon, tone, text] = stateOf(view, session.me.value?.user);
  const end = endText(view);
  return html`
    <section class="card agent-card" data-state=${view.state} aria-label="Proposal">
      <div class="card-head">
        <h3>Proposal</h3>
        <span class="state" data-tone=${tone}><${Icon} name=${icon} />${text}</span>
      </div>
      <p class="agent-sentence" dir="auto">${escaped(view.sentence)}</p>
      ${view.lines.length > 0 && html`<dl class="pairs">${view.lines.map((each, at) => html`<${Pair} key=${at} label=${escaped(each.label)}>${escaped(each.value)}</${Pair}>`)}</dl>`}
      <${Steps} view=${view} />
      ${view.cautions.length > 0 && html`<${Notice} kind="warn" title=${isUndecided(view) ? "Before it is confirmed" : "What was said before"}><ul class="agent-cautions">${view.cautions.map((each, at) => html`<li key=${at}>${escaped(each)}</li>`)}</ul></${Notice}>`}
      <${Forecast} view=${view} />
      ${view.failure && html`<${Notice} kind="bad" title="It was not done">${escaped(view.failure.message)}</${Notice}>`}
      ${end && html`<p class="muted">${end}</p>`}
      ${view.decided_by && view.state !== "superseded" && html`<p class="small muted">Decided by <${Name} text=${view.decided_by} />, <${Time} at=${view.decided_at} /></p>`}
      <${Decision} entry=${entry} isHeld=${isHeld} />
      <${Proof} view=${view} whole=${whole} />
    </section>
  `;
}

function Pair({ label, children }) {
  return html`<dt>${label}</dt><dd><bdi>${children}</bdi></dd>`;
}

function Forecast({ view }) {
  const duration = estimateText(view.estimate);
  const success = successText(view.estimate);
  if (!duration && !view.strategy) return null;
  return html`
    <dl class="pairs">
      ${duration && html`<${Pair} label="Expected">${duration}</${Pair}>`}
      ${success && html`<${Pair} label="Outlook">${success}</${Pair}>`}
      ${view.strategy && html`<${Pair} label="Moved by">${escaped(view.strategy)}</${Pair}>`}
    </dl>
  `;
}

/** One step says what the sentence says, unless something came of it. */
function Steps({ view }) {
  const [isWhole, showAll] = useState(false);
  const { steps } = view;
  if (steps.length === 0 || (steps.length === 1 && !steps[0].result && !steps[0].failure)) return null;
  const shown = isWhole ? steps : steps.slice(0, STEPS_SHOWN);
  return html`
    <ol class="agent-steps" aria-label="Steps">${shown.map((step, at) => html`<${Step} key=${at} step=${step} kind=${view.kind} />`)}</ol>
    ${shown.length < steps.length && html`<button type="button" class="button quiet small" onClick=${() => showAll(true)}>Show all ${counted(steps.length, "step")}</button>`}
  `;
}

function Step({ step, kind }) {
  const size = step.size_bytes === null ? "" : `, ${bytesText(step.size_bytes)}`;
  return html`
    <li>
      <bdi>${escaped(step.sentence)}</bdi>${size}
      ${step.result && html` <${Result} id=${step.result} kind=${kind} />`}
      ${step.failure && html`<p class="error">${escaped(step.failure.message)} (${escaped(step.failure.code)})</p>`}
    </li>
  `;
}

function Result({ id, kind }) {
  if (!isTransfer(kind)) return html`<span class="small muted">Ticket <${Name} text=${id} /></span>`;
  return html`<a href=${`/transfers/${encodeURIComponent(id)}`}>Open the transfer</a>`;
}

/** What the confirmation is bound to. */
function Proof({ view, whole }) {
  return html`
    <details class="agent-proof" open=${whole}>
      <summary class="small">Digest <code>${shortDigest(view.digest)}</code></summary>
      <dl class="pairs small">
        <dt>SHA-256</dt><dd><code>${view.digest}</code></dd>
        <dt>Proposal</dt><dd>${whole ? html`<code>${view.id}</code>` : html`<a href=${`/agent/proposals/${encodeURIComponent(view.id)}`}>${view.id}</a>`}</dd>
        <dt>For</dt><dd><${Name} text=${view.owner} /></dd>
        <dt>Made</dt><dd><${Time} at=${view.made_at} /></dd>
        <dt>Good until</dt><dd><${Time} at=${view.expires_at} /></dd>
      </dl>
      <pre tabindex="0" aria-label="What the digest is of"><code>${escapedText(view.canonical)}</code></pre>
      <${CopyButton} text=${view.canonical} label="Copy the text" kind="small" />
    </details>
  `;
}

/** Read once, and again while it can change. */
function useFresh(id, state) {
  useEffect(() => {
    if (!state) desk.proposals.load(id);
    const every = LOOK_AGAIN_MS[state];
    if (!every) return undefined;
    const timer = setInterval(() => !document.hidden && desk.proposals.load(id), every);
    return () => clearInterval(timer);
  }, [id, state]);
}
