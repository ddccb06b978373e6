// What only the REST API tells of a transfer: its lanes, its policy, warnings about its name.

import { useEffect, useRef, useState } from "../../lib.js";
import { ApiProblem, SignedOut } from "../../api/problem.js";
import { api } from "../../wiring.js";
import { readingOf } from "./lane-rates.js";

const EVERY_MS = 5_000; // while it moves; a user has 100 calls a minute for everything
const AFTER_ERROR_MS = 30_000;

/**
 * The view, read when the screen opens, when `version` changes, and again and again while `moves`
 * and the page is seen: every 5 seconds at most.
 *
 * @returns {{view: object | null, before: object | null, now: object | null, error: any}} `before`
 * and `now`: the last two readings of its lanes
 */
export function useReadings(id, moves, version) {
  const [state, set] = useState({ view: null, before: null, now: null, error: null });
  const askedAt = useRef(-Infinity);
  useEffect(() => {
    const stop = new AbortController();
    let timer = null;
    const later = (ms) => {
      if (!stop.signal.aborted) timer = setTimeout(look, ms);
    };
    const look = async () => {
      if (document.hidden && moves) return later(EVERY_MS);
      askedAt.current = performance.now();
      try {
        const view = await api.get(transferPath(id), { signal: stop.signal });
        if (stop.signal.aborted) return undefined;
        const now = readingOf(view, performance.now());
        set((old) => ({ view, before: old.now, now, error: null }));
        if (moves) later(EVERY_MS);
      } catch (error) {
        if (stop.signal.aborted || error instanceof SignedOut) return undefined;
        set((old) => ({ ...old, error }));
        if (!isGone(error)) later(AFTER_ERROR_MS);
      }
      return undefined;
    };
    later(Math.max(0, askedAt.current + EVERY_MS - performance.now()));
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, moves, version]);
  return state;
}

export function isGone(error) {
  return error instanceof ApiProblem && error.status === 404;
}

/** @param {string} [rest] as "/events" */
export function transferPath(id, rest = "") {
  return `/api/transfer/${encodeURIComponent(id)}${rest}`;
}
