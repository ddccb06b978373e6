// The figures of a period in words.

import { html } from "../../lib.js";
import { bytesText, count, counted, rateText } from "../../format/bytes.js";
import { median, shareText } from "./figures.js";

/** `since`: the first day (UTC) that was counted. */
export function InWords({ figures, period, since }) {
  const { total, unknown, throughput } = figures;
  const rate = median(throughput);
  const ended = total.completed + total.failed;
  return html`
    <div class="cards" role="group" aria-label="In words">
      <${Figure} number=${shareText(total.success) || "-"} text=${ended ? `success: ${count(total.completed)} of ${counted(ended, "transfer")}` : "nothing completed or failed"} />
      <${Figure} number=${bytesText(total.bytes)} text=${`in ${counted(total.completed, "file")}`} />
      <${Figure} number=${rateText(rate) || "-"} text=${rate === null ? "no throughput is known" : "a transfer, on the median day"} />
      <${Figure} number=${counted(total.failed, "failure")} text=${`and ${counted(total.cancelled, "transfer")} cancelled`} />
    </div>
    <p class="muted small">
      By the day on which a transfer ended, ${period.first} to ${period.until}.${period.isToday && " Today is counted so far."}
      ${unknown > 0 && since && ` What ended before ${since} (UTC) was not counted: of ${counted(unknown, "day")} nothing is known.`}
    </p>
  `;
}

function Figure({ number, text }) {
  return html`<div class="card"><p class="figure-number">${number}</p><p class="muted">${text}</p></div>`;
}
