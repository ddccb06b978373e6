// A small menu below a button. Escape and a click elsewhere close it.

import { html, useEffect, useRef } from "../lib.js";
import { Icon } from "./icon.js";

export function Menu({ label, icon = "more", text, children }) {
  const menu = useRef(null);
  useEffect(() => {
    const close = (event) => {
      const opened = menu.current;
      if (!opened?.open) return;
      if (event.type === "keydown") {
        if (event.key !== "Escape") return;
        opened.querySelector("summary").focus();
      } else if (opened.querySelector("summary").contains(event.target)) return;
      setTimeout(() => (opened.open = false)); // after what was clicked got its click
    };
    document.addEventListener("keydown", close);
    document.addEventListener("click", close);
    return () => {
      document.removeEventListener("keydown", close);
      document.removeEventListener("click", close);
    };
  }, []);
  return html`
    <details class="menu" ref=${menu}>
      <summary class=${`button quiet ${text ? "" : "icon"}`} aria-label=${text ? null : label} title=${label}>
        <${Icon} name=${icon} />${text && html`<span>${text}</span>`}
      </summary>
      <div class="menu-list">${children}</div>
    </details>
  `;
}
