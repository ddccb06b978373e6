import { html } from "../../lib.js";
import { goQuery } from "../../router.js";
import { Dialog } from "../../ui/dialog.js";

export default function Send() {
  return html`<${Dialog} title="Send a file" onClose=${() => goQuery({ send: null })}>Not built yet</${Dialog}>`;
}
