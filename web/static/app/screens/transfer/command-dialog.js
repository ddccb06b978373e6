// The transfer as commands to copy into a terminal.

import { html } from "../../lib.js";
import { CopyButton } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Loading, Notice } from "../../ui/notice.js";
import { sendCommand, watchCommand } from "./quoting.js";

/** @param {{id: string, view: object | null, onClose: () => void}} p */
export function CommandDialog({ id, view, onClose }) {
  const send = view && sendCommand(view);
  return html`
    <${Dialog} title="As commands" onClose=${onClose} wide=${true}>
      <div class="command">
        <h3>Send the same once more</h3>
        ${!view && html`<${Loading} lines=${1} />`}
        ${view && send === null && html`<${Notice} kind="warn">A name of this transfer holds a character that no command line can hold.</${Notice}>`}
        ${send && html`<${Command} text=${send} what="send command" />`}
      </div>
      <div class="command">
        <h3>Watch this one</h3>
        <${Command} text=${watchCommand(id)} what="watch command" />
      </div>
      <p class="muted small">For bash and zsh. What does not show in a name is written as its bytes.</p>
    </${Dialog}>
  `;
}

function Command({ text, what }) {
  return html`
    <div class="command-line">
      <pre tabindex="0" aria-label=${`The ${what}`}><code>${text}</code></pre>
      <${CopyButton} text=${text} label="Copy" aria-label=${`Copy the ${what}`} />
    </div>
  `;
}
