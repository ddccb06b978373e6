// A transfer's state as text, shape and colour: no colour says anything alone.

import { html } from "../lib.js";
import { percentText } from "../format/bytes.js";
import { Icon } from "./icon.js";

const SHOWN = {
  requested: ["waiting", "idle", "Requested"],
  moving: ["moving", "live", "Moving"],
  paused: ["pause", "warn", "Paused"],
  verifying: ["search", "live", "Verifying"],
  committing: ["moving", "live", "Committing"],
  completed: ["done", "done", "Completed"],
  failing: ["bad", "bad", "Failing"],
  failed: ["bad", "bad", "Failed"],
  cancelling: ["cancel", "idle", "Cancelling"],
  cancelled: ["cancel", "idle", "Cancelled"],
};

/** @param {{status: string}} p */
export function State({ status }) {
  const [icon, tone, text] = SHOWN[status] ?? ["note", "idle", status];
  return html`<span class="state" data-tone=${tone}><${Icon} name=${icon} />${text}</span>`;
}

export function stateText(status) {
  return SHOWN[status]?.[2] ?? status;
}

/** How far a transfer is. `stale`: the figure is old, so it is grey. */
export function Bar({ percent, status, stale = false, label }) {
  const tone = SHOWN[status]?.[1] ?? "idle";
  const known = percent != null;
  return html`
    <div class="bar" role="progressbar" aria-label=${label} data-tone=${tone} data-stale=${stale ? "" : null}
      aria-valuemin="0" aria-valuemax="100" aria-valuenow=${known ? Math.floor(percent) : null}
      aria-valuetext=${known ? percentText(percent, status === "completed") : "not known yet"}>
      <div class="bar-done" style=${{ transform: `scaleX(${(known ? percent : 0) / 100})` }}></div>
    </div>
  `;
}
