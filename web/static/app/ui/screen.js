// The frame of every screen: its heading, its actions, its content.

import { html, useEffect, useRef } from "../lib.js";

/** `tab`: the title of the browser's tab, where `title` is more than a text. The heading gets the focus when the screen opens, so that a keyboard and a reader start there. */
export function Screen({ title, tab = title, back, actions, children }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = `${typeof tab === "string" ? tab : "Transfer"} - FileFerry`;
  }, [tab]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return html`
    <div class="screen">
      <header class="screen-head">
        <div class="screen-title">
          ${back && html`<a class="back" href=${back.href}>${back.text}</a>`}
          <h1 ref=${heading} tabindex="-1">${title}</h1>
        </div>
        ${actions && html`<div class="actions">${actions}</div>`}
      </header>
      ${children}
    </div>
  `;
}
