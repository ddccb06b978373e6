// The keyboard's place, where what had it goes away: without care it would be the page's beginning.

import { useLayoutEffect } from "../lib.js";

/**
 * Gives the focus on, when a change of the page took away what had it within `box`.
 * @param {() => Element | null} box
 * @param {(had: Element) => (() => Element | null | undefined)} next asked while `had` is still there: it
 *   returns what finds the new place afterwards
 */
export function useKeptFocus(box, next) {
  const had = document.activeElement;
  const find = had && box()?.contains(had) ? next(had) : null;
  useLayoutEffect(() => {
    if (find && (document.activeElement === null || document.activeElement === document.body)) {
      find()?.focus({ preventScroll: true });
    }
  });
}
