// What the user chose for this browser. It holds no secret, so it may stay in localStorage.

import { effect, signal } from "./lib.js";
import { zone } from "./format/times.js";

const KEY = "fileferry-settings";
const KNOWN = { theme: ["system", "light", "dark"], zone: ["local", "utc"], shortcuts: [true, false] };

const stored = read();

/** "system", "light" or "dark" */
export const theme = signal(stored.theme ?? "system");
/** Single-key shortcuts (WCAG 2.1.4: they can be switched off). */
export const shortcuts = signal(stored.shortcuts ?? true);
zone.value = stored.zone ?? "local";

/** The theme that is shown: "light" or "dark". */
export const shownTheme = signal("light");

const system = matchMedia("(prefers-color-scheme: dark)");

export function keepSettings() {
  const apply = () => {
    const dark = theme.value === "dark" || (theme.value === "system" && system.matches);
    shownTheme.value = dark ? "dark" : "light";
    document.documentElement.dataset.theme = shownTheme.value;
  };
  effect(apply);
  system.addEventListener("change", apply);
  effect(() => {
    const now = { theme: theme.value, zone: zone.value, shortcuts: shortcuts.value };
    try {
      localStorage.setItem(KEY, JSON.stringify(now));
    } catch {
      // storage is blocked or full: the choice holds until the page is closed
    }
  });
}

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(
      Object.entries(KNOWN)
        .filter(([name, values]) => values.includes(found?.[name]))
        .map(([name]) => [name, found[name]]),
    );
  } catch {
    return {};
  }
}
