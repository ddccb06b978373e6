// What is wrong with a transfer, and what can be done about it.

import { html, useEffect, useState } from "../../lib.js";
import { escaped } from "../../format/names.js";
import { hasEnded } from "../../live/shown.js";
import { Notice } from "../../ui/notice.js";
import { live, session } from "../../wiring.js";
import { actionsFor } from "./actions.js";
import { triesOf } from "./figures.js";

/** The failure, and warnings about the target's name. */
export function Trouble({ shown, view }) {
  const warnings = view?.warnings ?? [];
  return html`
    ${shown.failure && html`<${Failure} shown=${shown} failure=${shown.failure} />`}
    ${warnings.length > 0 && html`
      <${Notice} kind="warn" title="The target's name">
        <ul>${warnings.map((each, at) => html`<li key=${at}>${escaped(each)}</li>`)}</ul>
      </${Notice}>
    `}
  `;
}

function Failure({ shown, failure }) {
  const ended = hasEnded(shown);
  useSeconds(!ended && failure.next_try_at !== null);
  const kind = shown.status === "failed" || shown.status === "failing" ? "bad" : "warn";
  const title = kind === "bad" ? `Failed: ${escaped(failure.code)}` : `In its way: ${escaped(failure.code)}`;
  return html`
    <${Notice} kind=${kind} title=${title}>
      <p>${ended ? "" : triesOf(failure, live.serviceNow())}${escaped(failure.message)}</p>
      ${shown.status === "failed" && html`<p>${afterwards(shown, failure)}</p>`}
    </${Notice}>
  `;
}

function afterwards(shown, failure) {
  const cause = failure.retryable ? "The same may work later." : "Mend the cause first: without that it fails again.";
  if (!actionsFor(shown, session.me.value).includes("retry")) return cause;
  if (!shown.bytes_done) return `${cause} 'Retry' starts it once more.`;
  return `${cause} 'Retry' goes on from what was moved already, where the source and the file at the partner still allow it.`;
}

/** Drawn again each second: the time until the next try goes down. */
function useSeconds(active) {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => tick((before) => before + 1), 1_000);
    return () => clearInterval(timer);
  }, [active]);
}
