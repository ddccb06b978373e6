// Buttons and links that look like them.

import { html } from "../lib.js";
import { toast } from "./announce.js";
import { Icon } from "./icon.js";

/** `kind`: "primary", "quiet", "danger" or none. While `busy` it cannot be pressed twice. */
export function Button({ kind = "", icon, busy = false, disabled = false, children, ...rest }) {
  return html`
    <button type="button" class=${`button ${kind}`} aria-busy=${busy ? "true" : null}
      disabled=${disabled || busy} ...${rest}>
      ${icon && html`<${Icon} name=${icon} />`}
      ${children && html`<span>${children}</span>`}
    </button>
  `;
}

/** A button with an icon only. `label` is its name for everybody. */
export function IconButton({ icon, label, kind = "quiet", ...rest }) {
  return html`
    <button type="button" class=${`button icon ${kind}`} aria-label=${label} title=${label} ...${rest}>
      <${Icon} name=${icon} />
    </button>
  `;
}

export function LinkButton({ href, kind = "", icon, children, ...rest }) {
  return html`
    <a class=${`button ${kind}`} href=${href} ...${rest}>
      ${icon && html`<${Icon} name=${icon} />`}<span>${children}</span>
    </a>
  `;
}

/** Copies `text`. Browsers refuse it without https or a click. */
export function CopyButton({ text, label = "Copy", kind = "quiet", ...rest }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast("Copied.");
    } catch {
      toast("The browser did not let it be copied. Select the text instead.", { kind: "bad" });
    }
  };
  return html`<${Button} kind=${kind} icon="copy" onClick=${copy} ...${rest}>${label}</${Button}>`;
}
