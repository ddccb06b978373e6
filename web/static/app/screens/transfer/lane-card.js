// The lanes of a transfer, each with its part of the work.

import { html, useMemo } from "../../lib.js";
import { bytesText, count, counted, rateText } from "../../format/bytes.js";
import { Loading } from "../../ui/notice.js";
import { laneRates } from "./lane-rates.js";
import { movingChunks, readRuns } from "./runs.js";

const STATES = { queued: "waiting", moving: "moving", ended: "ended" };

/** @param {{shown: import("../../live/shown.js").Shown, readings: {view: object | null, before: object, now: object}}} p */
export function LaneCard({ shown, readings }) {
  const { view, before, now, error } = readings;
  const rates = useMemo(() => (now ? laneRates(before, now) : new Map()), [before, now]);
  const lanes = view?.run === shown.run ? view.lanes : [];
  return html`
    <section class="card transfer-lanes" aria-label="Lanes">
      <div class="card-head"><h2>Lanes</h2><p class="muted">${movingInWords(shown)}</p></div>
      ${error && html`<p class="muted">They could not be read just now. It is tried again.</p>`}
      ${!view && !error && html`<${Loading} lines=${2} what="Loading the lanes" />`}
      ${view && lanes.length === 0 && html`<p class="muted">None yet.</p>`}
      ${lanes.length > 0 && html`<${LaneTable} lanes=${lanes} rates=${rates} />`}
    </section>
  `;
}

function LaneTable({ lanes, rates }) {
  return html`
    <div class="lanes-box" role="region" aria-label="All lanes" tabindex="0"><table class="table">
      <thead><tr><th scope="col">Lane</th><th scope="col">State</th><th scope="col" class="number">Of its chunk</th>
        <th scope="col" class="number">Rate</th></tr></thead>
      <tbody>
        ${lanes.map(
          (lane) => html`
            <tr key=${lane.number}>
              <th scope="row">${count(lane.number + 1)}</th>
              <td>${STATES[lane.state] ?? lane.state}
                ${lane.failures > 0 && html`<br /><span class="error">${counted(lane.failures, "error")} in a row</span>`}</td>
              <td class="number">${lane.state === "moving" ? bytesText(lane.bytes_in_flight) : ""}</td>
              <td class="number">${rateInWords(lane, rates.get(lane.number))}</td>
            </tr>
          `,
        )}
      </tbody>
    </table></div>
  `;
}

function rateInWords(lane, rate) {
  if (lane.state !== "moving") return "";
  return rate == null ? html`<span class="muted">unknown</span>` : rateText(rate);
}

/** Which lane has which of them is not told, unless there is one only. */
function movingInWords(shown) {
  const runs = readRuns(shown.chunk_runs, shown.chunks?.total);
  if (!runs?.moving) return "";
  const chunks = movingChunks(runs, 4).map((chunk) => count(chunk + 1));
  const more = runs.moving > chunks.length ? ` and ${count(runs.moving - chunks.length)} more` : "";
  return `${runs.moving === 1 ? "chunk" : "chunks"} ${chunks.join(", ")}${more}`;
}
