// Dialogs: the browser's own, which keep the focus and give it back.

import { html, useEffect, useId, useRef } from "../lib.js";
import { Button, IconButton } from "./button.js";

/**
 * `onClose` is called by Escape, by its cross and by a click beside it. `full`: on a phone it takes
 * the whole screen.
 */
export function Dialog({ title, onClose, children, footer, wide = false, full = false }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => {
    const opened = dialog.current;
    const back = document.activeElement;
    opened.showModal();
    return () => {
      opened.close();
      if (back instanceof HTMLElement && back.isConnected) back.focus();
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost) document.querySelector("#content h1")?.focus(); // what opened it is gone
    };
  }, []);
  const cancelled = (event) => {
    if (!event.cancelable) return; // it is closed anyhow: see `closed`
    event.preventDefault(); // the page decides, so that a guarded form can stay
    onClose();
  };
  const closed = () => {
    if (!dialog.current || dialog.current.open) return;
    dialog.current.showModal(); // browsers close it at a second Escape, whatever the page decided
    onClose();
  };
  return html`
    <dialog ref=${dialog} class=${`dialog ${wide ? "wide" : ""} ${full ? "full" : ""}`} aria-labelledby=${id} onCancel=${cancelled} onClose=${closed}
      onMouseDown=${(event) => event.target === dialog.current && onClose()}>
      <div class="dialog-inner">
        <header class="dialog-head">
          <h2 id=${id}>${title}</h2>
          <${IconButton} icon="close" label="Close" onClick=${onClose} />
        </header>
        <div class="dialog-body">${children}</div>
        ${footer && html`<footer class="dialog-foot">${footer}</footer>`}
      </div>
    </dialog>
  `;
}

/** Asks before something that cannot be taken back. `action`: the verb on the button. */
export function Confirm({ title, action, kind = "danger", busy = false, onYes, onNo, children }) {
  return html`
    <${Dialog} title=${title} onClose=${onNo} footer=${html`
      <${Button} onClick=${onNo}>Keep</${Button}>
      <${Button} kind=${kind} busy=${busy} onClick=${onYes}>${action}</${Button}>
    `}>${children}</${Dialog}>
  `;
}
