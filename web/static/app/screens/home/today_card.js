// Today against the usual.

import { html } from "../../lib.js";
import { bytesText, count } from "../../format/bytes.js";
import { zoneName } from "../../format/times.js";
import { Failed, Loading } from "../../ui/notice.js";
import { usualText } from "./usual.js";

const FIGURES = [
  ["completed", "delivered", count],
  ["failed", "failed", count],
  ["bytes", "moved to partners", bytesText],
];

export function TodayCard({ loaded }) {
  const { value, error, again } = loaded;
  return html`
    <section class="card home-card" aria-labelledby="home-today">
      <h2 id="home-today">Today so far <span class="muted small">(${zoneName()})</span></h2>
      ${error && html`<${Failed} error=${error} onAgain=${again} what="Today's figures could not be loaded." />`}
      ${value ? html`<${Figures} of=${value} />` : !error && html`<${Loading} />`}
    </section>
  `;
}

function Figures({ of: { today, usual, weekday } }) {
  return html`
    <dl class="home-today">
      ${FIGURES.map(
        ([name, text, form]) => html`
          <div key=${name}>
            <dt class="muted small">${text}</dt>
            <dd><span class="figure-number">${form(today[name])}</span>
              ${usual && html`<span class="muted small">${usualText(usual.least[name], usual.most[name], form)}</span>`}</dd>
          </div>
        `,
      )}
    </dl>
    <p class="muted small home-note">${usual
      ? `The usual is the median of the last four ${weekday}s, up to this hour.`
      : `What is usual is not known yet: it takes four ${weekday}s that were counted.`}</p>
  `;
}
