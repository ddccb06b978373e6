// Buttons and links that look like them.

import { html } from "../lib.js";
import { toast } from "./announce.js";
import { Icon } from "./icon.js";

/** While a button is busy it cannot be pressed twice. It keeps the focus, which a disabled one loses. */
function whileBusy(busy, disabled, onClick) {
  const held = busy ? "true" : null;
  const press = busy ? (event) => event.preventDefault() : onClick;
  return { "aria-busy": held, "aria-disabled": held, disabled: disabled && !busy, onClick: press };
}

/** `kind`: "primary", "quiet", "danger" or none. */
export function Button({ kind = "", icon, busy = false, disabled = false, onClick, children, ...rest }) {
  return html`
    <button type="button" class=${`button ${kind}`} ...${rest} ...${whileBusy(busy, disabled, onClick)}>
      ${icon && html`<${Icon} name=${icon} />`}
      ${children && html`<span>${children}</span>`}
    </button>
  `;
}

/** A button with an icon only. `label` is its name for everybody. */
export function IconButton({ icon, label, kind = "quiet", busy = false, disabled = false, onClick, ...rest }) {
  return html`
    <button type="button" class=${`button icon ${kind}`} aria-label=${label} title=${label} ...${rest}
      ...${whileBusy(busy, disabled, onClick)}>
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
