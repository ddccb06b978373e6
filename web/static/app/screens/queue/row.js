// One transfer in the queue. It is drawn anew only when it, or its selection, changed.

import { html, useEffect, useState } from "../../lib.js";
import { bytesText, percentText, rateText } from "../../format/bytes.js";
import { durationText, secondsBetween } from "../../format/durations.js";
import { lastPart, s3Address, escaped } from "../../format/names.js";
import { hasEnded } from "../../live/shown.js";
import { staleFor } from "../../live/live.js";
import { IconButton } from "../../ui/button.js";
import { Icon } from "../../ui/icon.js";
import { Name, Time } from "../../ui/name.js";
import { Bar, State } from "../../ui/state.js";
import { live, session } from "../../wiring.js";
import { ACTIONS, mayDo } from "./permissions.js";
import { nameOf } from "../../transfers/naming.js";
import { placeText } from "../../transfers/sessions.js";
import { sentenceFor, waitsForSession } from "../../transfers/standing.js";
import { acting, act } from "./acting.js";
import { clockNow } from "../../transfers/use_list.js";
import { sessions } from "../../transfers/console_sessions.js";

/**
 * The cells of a row.
 * @param {{shown: import("../../live/shown.js").Shown, isSelected: boolean,
 *   onSelect: (id: string, isRange: boolean) => boolean, onCancel: (shown: object) => void}} p
 */
export function Row({ shown, isSelected, onSelect, onCancel }) {
  const stale = staleFor(shown, live);
  const name = nameOf(shown);
  const select = (event) => {
    const isNow = onSelect(shown.id, event.shiftKey);
    event.currentTarget.checked = isNow; // a range may give another answer than the click
  };
  return html`
    <div class="queue-check" role="cell">
      <label><input type="checkbox" aria-label=${`Select ${name}`} checked=${isSelected} onClick=${select} /></label>
    </div>
    <div class="queue-name" role="cell">
      <div class="line"><a href=${`/transfers/${encodeURIComponent(shown.id)}`} data-row=${shown.id}><${Name} text=${lastPart(shown.source.key)} /></a>
        ${shown.label && html`<span class="queue-label"><${Name} text=${shown.label} /></span>`}</div>
      <div class="queue-way muted small"><span class="line"><${Name} text=${folderOf(shown.source)} /></span><span>→</span><span class="line"><${Name} text=${shown.target_path} /></span></div>
    </div>
    <div class="queue-partner" role="cell">
      <div class="line"><a href=${`/partners/${encodeURIComponent(shown.destination.id)}`}><${Name} text=${shown.destination.name ?? shown.destination.id} /></a></div>
      <div class="line muted small"><${Name} text=${shown.owner} /><span class="queue-asked">, <${Time} at=${shown.requested_at} short /></span></div>
    </div>
    <${Standing} shown=${shown} stale=${stale} />
    <${Progress} shown=${shown} stale=${stale} name=${name} />
    <${Buttons} shown=${shown} name=${name} onCancel=${onCancel} />
  `;
}

/** The name itself stands above. */
function folderOf(source) {
  const address = s3Address(source);
  return address.slice(0, address.lastIndexOf("/") + 1);
}

function Standing({ shown, stale }) {
  const waiting = waitsForSession(shown);
  const { rate_bytes_per_second: rate, eta_text: eta } = shown;
  const speed = stale === null ? [rateText(rate), leftText(rate, eta)].filter(Boolean).join(" · ") : "";
  const sentence = sentenceFor(shown, clockNow()) || speed;
  return html`
    <div class="queue-state small" role="cell">
      ${waiting
        ? html`<span class="state" data-tone="idle"><${Icon} name="waiting" />In line</span>`
        : html`<${State} status=${shown.status} />`}${" "}
      ${waiting
        ? html`<${Place} shown=${shown} otherwise=${sentence} />`
        : sentence && html`<bdi title=${sentence}>${sentence}</bdi>`}
    </div>
  `;
}

function Place({ shown, otherwise }) {
  const { id, name } = shown.destination;
  const [watched, watch] = useState(null);
  useEffect(() => {
    const opened = sessions.watch(id);
    watch(opened);
    return () => opened.close();
  }, [id]);
  const told = placeText(watched?.sessions.value, escaped(name ?? id), shown.id) ?? otherwise;
  return html`<bdi title=${told}>${told}</bdi>`;
}

function Progress({ shown, stale, name }) {
  const { percent, status } = shown;
  return html`
    <div class="queue-progress small" role="cell" data-stale=${stale === null ? null : ""}>
      <div class="queue-bar" hidden=${percent === null && hasEnded(shown)}>
        <${Bar} percent=${percent} status=${status} stale=${stale !== null} label=${`Progress of ${name}`} />
        <span class="number">${percentText(percent, status === "completed") || "-"}</span>
      </div>
      <div class="line muted">
        ${stale !== null
          ? html`<span class="stale">${amount(shown)}, last seen ${durationText(stale)} ago</span>`
          : amount(shown)}
        ${hasEnded(shown) && html` · <${Time} at=${shown.finished_at} short />`}
      </div>
    </div>
  `;
}

function leftText(rate, eta) {
  if (rate === null || !eta) return "";
  return eta === "unknown" ? "time left not known" : `${eta} left`;
}

function amount({ status, bytes_done: done, size_bytes: size, started_at, finished_at }) {
  if (status === "completed") {
    const seconds = secondsBetween(started_at, finished_at);
    const took = seconds !== null && seconds < 1 ? "less than 1 s" : durationText(seconds);
    return took ? `${bytesText(size)} in ${took}` : bytesText(size);
  }
  if (size === null) return "size not known yet";
  return done === null ? bytesText(size) : `${bytesText(done)} of ${bytesText(size)}`;
}

function Buttons({ shown, name, onCancel }) {
  const busy = acting.value.has(shown.id);
  const allowed = ACTIONS.filter(({ key }) => mayDo(key, shown, session.me.value));
  return html`
    <div class="queue-actions" role="cell">
      ${allowed.map(
        ({ key, icon, text }) => html`
          <${IconButton} key=${key} icon=${icon} label=${`${text} ${name}`} busy=${busy}
            onClick=${() => (key === "cancel" ? onCancel(shown) : act(key, shown))} />
        `,
      )}
    </div>
  `;
}
