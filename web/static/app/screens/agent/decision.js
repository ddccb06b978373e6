// Confirm and Reject. Words in the chat decide nothing: only these buttons do.

import { html, useEffect, useState } from "../../lib.js";
import { Button } from "../../ui/button.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { live, session } from "../../wiring.js";
import { isUndecided, mayDecide } from "./proposals.js";
import { leftText } from "./words.js";
import { desk } from "./wiring.js";

const REST_MS = 700; // a click that was meant for what stood here before confirms nothing

export function Decision({ entry, isHeld }) {
  const { view, busy, refusal } = entry.value;
  const isHeldBack = !useRested(view.id) || isHeld || busy !== null;
  const may = mayDecide(view, session.me.value?.user);
  const decide = (what) => desk.proposals.decide(what, view);
  const isOpen = view.state === "open";
  return html`
    ${refusal && html`<${Refusal} of=${refusal} view=${view} />`}
    ${may && html`
      <div class="agent-decide">
        ${isOpen && html`<${Left} until=${view.expires_at} />`}
        ${!isOpen && html`<p class="small muted">Its outcome is not known yet. If this stays so, confirm again: nothing is done twice.</p>`}
        ${isOpen && html`<${Button} busy=${busy === "reject"} disabled=${isHeldBack} onClick=${() => decide("reject")}>Reject</${Button}>`}
        <${Button} kind="primary" icon="done" busy=${busy === "confirm"} disabled=${isHeldBack}
          onClick=${() => decide("confirm")}>${isOpen ? "Confirm" : "Confirm again"}</${Button}>
      </div>
      ${isHeld && html`<p class="small muted">A new message takes the place of this proposal.</p>`}
    `}
  `;
}

function Refusal({ of, view }) {
  const text = sentenceOf(of.error);
  const unclear = of.isUnclear && isUndecided(view) ? UNCLEAR[of.what] : "";
  return text && html`<${Notice} kind="bad">${text}${unclear}</${Notice}>`;
}

/** Where nobody knows whether the service did it. */
const UNCLEAR = {
  confirm: " It may have been done nevertheless. Confirm again: nothing is done twice.",
  reject: " It may have been rejected nevertheless. Reject it again to be sure.",
};

/** Counts down. The service decides when it is over, because a page's clock may be wrong. */
function Left({ until }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((before) => before + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return html`<p class="small muted" role="timer">${leftText(until, live.serviceNow() ?? new Date())}</p>`;
}

function useRested(id) {
  const [rested, rest] = useState(null);
  useEffect(() => {
    const timer = setTimeout(() => rest(id), REST_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return rested === id;
}
