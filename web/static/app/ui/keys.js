// Single-key shortcuts. They rest while somebody types, while a dialog is open, or when switched off.

import { useEffect } from "../lib.js";
import { shortcuts } from "../settings.js";

/** What the help lists: [keys, what they do]. Screens add theirs while they are shown. */
const known = new Map();

const TYPED = "input:not([type=checkbox]), select, textarea, [contenteditable]";

addEventListener("keydown", (event) => {
  if (!shortcuts.value || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.(TYPED)) return;
  if (document.querySelector("dialog[open]")) return;
  const found = known.get(event.key);
  if (!found) return;
  event.preventDefault();
  found.run();
});

/** A shortcut while the component is shown. `key`: as event.key says it, "n" or "?" */
export function useKey(key, text, run) {
  useEffect(() => {
    const before = known.get(key);
    known.set(key, { text, run });
    return () => (before ? known.set(key, before) : known.delete(key));
  }, [key, text, run]);
}

/** @returns {[string, string][]} */
export function knownKeys() {
  return [...known].map(([key, { text }]) => [key, text]);
}
