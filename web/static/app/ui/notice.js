// Designed states: nothing there, something went wrong, still loading.

import { html } from "../lib.js";
import { ApiProblem, SignedOut, Unreachable } from "../api/problem.js";
import { escaped } from "../format/names.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/** `kind`: "bad", "warn", "note", "done". For whole areas that are empty: `Empty`. */
export function Notice({ kind = "note", title, children, action }) {
  return html`
    <div class="notice" data-kind=${kind} role=${kind === "bad" ? "alert" : null}>
      <${Icon} name=${kind === "bad" || kind === "warn" ? "bad" : kind === "done" ? "done" : "note"} />
      <div class="notice-text">
        ${title && html`<strong>${title}</strong>`}
        ${children && html`<div>${children}</div>`}
      </div>
      ${action}
    </div>
  `;
}

/** An area without content says why, and what to do. */
export function Empty({ icon = "note", title, children, action }) {
  return html`
    <div class="empty">
      <${Icon} name=${icon} />
      <h2>${title}</h2>
      ${children && html`<p>${children}</p>`}
      ${action}
    </div>
  `;
}

/** What an error of a call says to people, and 'Try again' where that can help. */
export function Failed({ error, onAgain, what = "This could not be loaded." }) {
  const again = onAgain && html`<${Button} icon="retry" onClick=${onAgain}>Try again</${Button}>`;
  return html`<${Notice} kind="bad" title=${what} action=${again}>${sentenceOf(error)}</${Notice}>`;
}

/**
 * @returns {string} an error as a sentence; the service's words are shown as they are, cleaned. "" for
 * a session that is over: the login says it
 */
export function sentenceOf(error) {
  if (error instanceof ApiProblem) {
    const id = error.status >= 500 && error.requestId ? ` (request ${error.requestId})` : "";
    const fields = error.errors.map((each) => ` ${each.field}: ${each.message}`).join("");
    return escaped(`${error.detail}${fields}${id}`);
  }
  if (error instanceof SignedOut) return "";
  if (error instanceof Unreachable) return escaped(error.message);
  return `The console made a mistake: ${escaped(error?.message ?? error)}. Reload the page.`;
}

/** Placeholder lines while something is loaded. Screen readers hear one word. */
export function Loading({ lines = 3, what = "Loading" }) {
  return html`
    <div class="loading" role="status">
      <span class="unseen">${what} …</span>
      ${Array.from({ length: lines }, (_, at) => html`<div class="loading-line" key=${at}></div>`)}
    </div>
  `;
}
