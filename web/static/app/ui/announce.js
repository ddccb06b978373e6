// What a screen reader says, and the short messages that come and go.

import { html, signal } from "../lib.js";
import { Icon } from "./icon.js";

const said = signal("");
const shown = signal([]);
let next = 1;

const SHOWN_MS = 8_000;
const MOST = 4;

/** Says `text` to screen readers, politely. The same text again is said again. */
export function announce(text) {
  said.value = said.peek() === text ? `${text}\u00a0` : text;
}

/** Takes all messages away. They may name what the next user must not know. */
export function forgetMessages() {
  shown.value = [];
  said.value = "";
}

/**
 * A message at the edge of the page. It goes by itself, unless it is an error.
 * @param {string} text nothing is shown where it is empty
 * @param {{kind?: "done" | "bad" | "note", action?: {label: string, onClick(): void}}} options
 */
export function toast(text, { kind = "done", action = null } = {}) {
  if (text === "") return;
  const id = next++;
  shown.value = [...shown.peek().slice(1 - MOST), { id, text, kind, action }];
  announce(text);
  if (kind !== "bad") setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id) {
  shown.value = shown.peek().filter((each) => each.id !== id);
}

/** Stands once in the page. */
export function Announcements() {
  return html`
    <div class="unseen" role="status" aria-live="polite">${said}</div>
    <div class="toasts">
      ${shown.value.map(
        ({ id, text, kind, action }) => html`
          <div class="toast" data-kind=${kind} key=${id}>
            <${Icon} name=${kind === "bad" ? "bad" : kind === "done" ? "done" : "note"} />
            <p>${text}</p>
            ${action &&
            html`<button type="button" class="button quiet" onClick=${() => {
              dismiss(id);
              action.onClick();
            }}>${action.label}</button>`}
            <button type="button" class="button quiet icon" aria-label="Dismiss" onClick=${() => dismiss(id)}>
              <${Icon} name="close" />
            </button>
          </div>
        `,
      )}
    </div>
  `;
}
