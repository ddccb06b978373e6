// Arrow keys in a long list. Tab goes on leading through it, for those who expect that.

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** @returns {number} where the focus goes from `at`, in a list of `length`; -1 for other keys */
export function nextAt(key, at, length) {
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  if (!(key in STEPS)) return -1;
  return Math.max(0, Math.min(length - 1, at + STEPS[key]));
}

/** Of the list's onKeyDown. Its controls have the attribute data-pick. */
export function moveFocus(event) {
  const controls = [...event.currentTarget.querySelectorAll("[data-pick]:not(:disabled)")];
  const to = nextAt(event.key, controls.indexOf(document.activeElement), controls.length);
  if (to < 0) return;
  event.preventDefault();
  controls[to].focus();
}
