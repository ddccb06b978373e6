// Whose transfers are shown, for those who may see everybody's.

import { html } from "../lib.js";
import { href } from "../router.js";

/** @param {{path: string, scope: "mine" | "all", query: URLSearchParams}} p */
export function Scopes({ path, scope, query }) {
  const { owner, ...same } = Object.fromEntries(query); // a choice among everybody's
  const option = (key, text) => html`
    <a key=${key} class="button" href=${href(path, { ...same, of: key })} aria-current=${scope === key ? "true" : null}>${text}</a>
  `;
  return html`<nav class="queue-scopes" aria-label="Whose transfers">${option("all", "Everybody's")}${option("mine", "Mine")}</nav>`;
}
