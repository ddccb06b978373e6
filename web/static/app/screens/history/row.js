// One transfer of the history, in a line of the list.

import { html } from "../../lib.js";
import { bytesText, rateText } from "../../format/bytes.js";
import { durationText, secondsBetween } from "../../format/durations.js";
import { lastPart, s3Address } from "../../format/names.js";
import { Name, Time } from "../../ui/name.js";
import { State } from "../../ui/state.js";

export const COLUMNS = ["File", "Destination", "State", "Size", "Took", "Asked"];

/** Bytes a second from start to end by the service's times, or null: only of what completed. */
export function rateOf(transfer) {
  if (transfer.status !== "completed") return null;
  const seconds = secondsBetween(transfer.started_at, transfer.finished_at);
  return seconds > 0 && transfer.size_bytes > 0 ? transfer.size_bytes / seconds : null;
}

/** The cells. `at` is a row of VirtualRows. */
export function Cells({ transfer }) {
  const { source, failure } = transfer;
  const rate = rateOf(transfer);
  return html`
    <div role="cell" class="past-file">
      <a href=${`/transfers/${encodeURIComponent(transfer.id)}`}><${Name} text=${lastPart(source.key)} most=${60} /></a>
      <span class="past-less"><${Name} text=${s3Address(source)} most=${90} /></span>
    </div>
    <div role="cell" class="past-to">
      <span><${Name} text=${transfer.destination_id} /></span>
      <span class="past-less"><${Name} text=${transfer.final_path ?? transfer.target_path} most=${60} /></span>
    </div>
    <div role="cell" class="past-state">
      <${State} status=${transfer.status} />
      ${failure && html`<span class="past-less"><${Name} text=${failure.code} /></span>`}
    </div>
    <div role="cell" class="past-size">${bytesText(transfer.size_bytes) || html`<span class="past-less">size not known</span>`}</div>
    <div role="cell" class="past-took">
      <span>${tookText(transfer)}</span>
      ${rate !== null && html`<span class="past-less">${rateText(rate)}</span>`}
    </div>
    <div role="cell" class="past-asked">
      <${Time} at=${transfer.requested_at} short />
      <span class="past-less"><${Name} text=${transfer.owner} most=${24} />${transfer.label && html`, <${Name} text=${transfer.label} most=${24} />`}</span>
    </div>
  `;
}

function tookText({ started_at, finished_at }) {
  if (!started_at) return "not started";
  if (!finished_at) return "under way";
  return durationText(secondsBetween(started_at, finished_at));
}
