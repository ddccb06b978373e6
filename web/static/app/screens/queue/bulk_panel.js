// A bulk action while it runs, and what came of it.

import { html } from "../../lib.js";
import { Bar } from "../../ui/state.js";
import { Button } from "../../ui/button.js";
import { durationText } from "../../format/durations.js";
import { finishedOf } from "./bulk.js";
import { otherwise, progressText, resultText } from "./bulk_words.js";
import { bulk } from "./console_bulk.js";

export function BulkPanel() {
  const now = bulk.shown.value;
  if (now === null) return null;
  return html`
    <section class="queue-bulk" aria-label="Bulk action">
      ${now.state === "ended" ? html`<${Result} of=${now} />` : html`<${Running} of=${now} />`}
    </section>
  `;
}

function Running({ of }) {
  const percent = (100 * finishedOf(of)) / of.total;
  return html`
    <div class="queue-bulk-text">
      <strong>${progressText(of)}</strong>
      ${of.refused.length > 0 && html` <span class="muted">${of.refused.length} refused so far</span>`}
      <${Bar} percent=${percent} status="moving" label=${progressText(of)} />
      <p class="muted small">${of.state === "stopping"
        ? "Stopping: what was sent is being answered."
        : "It goes on while you look at something else here. Leaving the page stops it."}</p>
    </div>
    <${Button} busy=${of.state === "stopping"} onClick=${() => bulk.stop()}>Stop</${Button}>
  `;
}

function Result({ of }) {
  return html`
    <div class="queue-bulk-text">
      <strong>${resultText(of)}</strong>
      <ul>${otherwise(of).map(({ key, text }) => html`<li key=${key} class="small"><bdi>${text}</bdi></li>`)}</ul>
    </div>
    <${Button} onClick=${() => bulk.forget()}>Dismiss</${Button}>
  `;
}

/** "about 2 min", or "" where it takes no time worth telling. A minute takes 60 of them. */
export function paceText(number) {
  return number > 60 ? `It takes about ${durationText(Math.ceil(number / 60) * 60)}.` : "";
}
