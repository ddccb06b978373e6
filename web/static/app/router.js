// Which screen is shown: the page's address, as a signal.

import { computed, signal } from "./lib.js";

/** @typedef {{path: string, query: URLSearchParams}} Place */

const here = signal(read());

/** The place that is shown. */
export const place = computed(() => here.value);

/**
 * What is done before a place is left. A form that would be lost says why: it returns a question.
 * @type {Set<() => string | null>}
 */
const guards = new Set();

function read() {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** An address within the console. Parameters that are null, undefined or "" are left out. */
export function href(path, query = {}) {
  const filled = Object.entries(query).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(filled).toString();
  return text ? `${path}?${text}` : path;
}

/** Goes to an address of the console. `replace`: 'back' does not lead to the place that is left. */
export function go(address, { replace = false } = {}) {
  const target = new URL(address, location.href);
  if (target.origin !== location.origin || target.href === location.href) return;
  if (!mayLeave()) return;
  history[replace ? "replaceState" : "pushState"](null, "", target);
  moved(replace);
}

/** Changes the query of this place, and nothing else. Null takes a parameter away. */
export function goQuery(changes, { replace = true } = {}) {
  const query = Object.fromEntries(new URLSearchParams(location.search));
  go(href(location.pathname, { ...query, ...changes }), { replace });
}

/** Asks `question()` before a place is left, until the returned function is called. */
export function guard(question) {
  guards.add(question);
  return () => guards.delete(question);
}

function mayLeave() {
  for (const question of guards) {
    const text = question();
    if (text && !confirm(text)) return false;
  }
  return true;
}

function moved(kept) {
  const before = here.value.path;
  here.value = read();
  if (!kept && here.value.path !== before) scrollTo(0, 0);
}

/**
 * Parts of `path` by the names in `pattern`, or null: match("/transfers/:id", "/transfers/1").
 * @returns {Record<string, string> | null}
 */
export function match(pattern, path) {
  const wanted = pattern.split("/");
  const parts = path.replace(/(.)\/+$/, "$1").split("/");
  if (wanted.length !== parts.length) return null;
  const found = {};
  for (const [at, name] of wanted.entries()) {
    if (!name.startsWith(":")) {
      if (name !== parts[at]) return null;
      continue;
    }
    try {
      found[name.slice(1)] = decodeURIComponent(parts[at]);
    } catch {
      return null; // a broken %-escape is no address of ours
    }
  }
  return found;
}

/** Follows links within the page. Others, and clicks that ask for a new tab, are the browser's. */
export function followLinks() {
  addEventListener("popstate", () => moved(true));
  addEventListener("beforeunload", (event) => {
    if ([...guards].some((question) => question())) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) {
      return;
    }
    if (new URL(link.href).origin !== location.origin) return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    go(link.href);
  });
}
