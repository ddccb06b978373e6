// How several requests went, object by object.

import { html, useEffect, useRef } from "../../lib.js";
import { ApiProblem } from "../../api/problem.js";
import { counted } from "../../format/bytes.js";
import { lastPart } from "../../format/names.js";
import { href } from "../../router.js";
import { Icon } from "../../ui/icon.js";
import { Name } from "../../ui/name.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { tally } from "./tally.js";

const SHOWN = {
  sent: ["done", "Accepted"],
  refused: ["bad", "Refused"],
  unknown: ["bad", "No answer: it is not known whether it was accepted"],
  left: ["waiting", "Not tried"],
};

/** @param {{outcomes: import("./requests.js").Outcome[]}} p */
export function Outcomes({ outcomes }) {
  const told = useRef(null);
  useEffect(() => told.current?.focus(), [outcomes]);
  const { sent, refused, unknown, left } = tally(outcomes);
  const rest = refused + unknown + left;
  if (rest === 0) return null;
  const ended = outcomes.find((each) => each.error instanceof ApiProblem && each.state !== "refused")?.error;
  return html`
    <div class="outcomes" ref=${told} tabindex="-1"><${Notice} kind="bad" title=${`${counted(sent, "object")} accepted, ${rest} not`}>
      ${unknown > 0 && html`<p>Where no answer came, trying again is safe: nothing is sent twice.</p>`}
      ${ended && html`<p>${sentenceOf(ended)}</p>`}
      <p>What was accepted is on its way, and was taken out of the choice.</p>
    </${Notice}>
    <ul class="picks short" aria-label="What became of each object">
      ${outcomes.map((each, at) => html`<${One} key=${at} outcome=${each} />`)}
    </ul></div>
  `;
}

function One({ outcome: { key, state, transfer, error } }) {
  const [icon, text] = SHOWN[state];
  return html`
    <li class="pick">
      <span class="state" data-tone=${state === "sent" ? "done" : state === "left" ? "idle" : "bad"}><${Icon} name=${icon} /></span>
      <span class="pick-name">
        <${Name} text=${lastPart(key)} most=${60} />
        <span class="small muted"> ${text}${state === "refused" ? `: ${sentenceOf(error)}` : ""}</span>
      </span>
      ${transfer && html`<a class="small" href=${href(`/transfers/${encodeURIComponent(transfer.id)}`)}>Open</a>`}
    </li>
  `;
}
