// Tabs that are addresses: each is a link, so that 'back' and bookmarks work.

import { html } from "../lib.js";
import { count } from "../format/bytes.js";

/** `tabs`: [{key, text, href, count?}] */
export function Tabs({ label, tabs, current }) {
  return html`
    <nav class="tabs" aria-label=${label}>
      ${tabs.map(
        ({ key, text, href, count: number }) => html`
          <a key=${key} href=${href} aria-current=${key === current ? "page" : null}>
            ${text}${number != null && html` <span class="tab-count">${count(number)}</span>`}
          </a>
        `,
      )}
    </nav>
  `;
}
