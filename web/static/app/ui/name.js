// Names of others and points in time, as they stand in the page.

import { html } from "../lib.js";
import { escaped, shortened } from "../format/names.js";
import { shortTimeText, timeText, zoneName } from "../format/times.js";

/** A name that somebody else chose. `most`: shortened in the middle; the whole one is its title. */
export function Name({ text, most = null }) {
  const whole = escaped(text);
  const shown = most === null ? whole : shortened(text, most);
  return html`<bdi class="name" title=${shown === whole ? null : whole}>${shown}</bdi>`;
}

/** A time of the service (ISO), in the user's zone. The title has date, time and zone. */
export function Time({ at, short = false }) {
  if (!at) return html`<span class="muted">-</span>`;
  const shown = short ? shortTimeText(at) : timeText(at);
  return html`<time datetime=${at} title=${`${timeText(at)} ${zoneName(at)}`}>${shown}</time>`;
}
