// Something that is loaded once for a screen, with its loading and its error.

import { useEffect, useRef, useState } from "../lib.js";
import { SignedOut } from "../api/problem.js";

/**
 * @param {(signal: AbortSignal) => Promise<any>} load
 * @param {any[]} deps loaded again when one of them changes; the old value stays meanwhile
 * @returns {{value: any, error: any, loading: boolean, again(): void, set(value: any): void}}
 */
export function useLoaded(load, deps) {
  const [shown, show] = useState({ value: null, error: null, loading: true });
  const [turn, again] = useState(0);
  const latest = useRef(null);
  useEffect(() => {
    const stop = new AbortController();
    latest.current = stop;
    show((before) => ({ ...before, loading: true }));
    load(stop.signal).then(
      (value) => latest.current === stop && show({ value, error: null, loading: false }),
      (error) => {
        if (latest.current !== stop || error instanceof SignedOut) return;
        show((before) => ({ value: before.value, error, loading: false }));
      },
    );
    return () => {
      latest.current = null;
      stop.abort();
    };
  }, [...deps, turn]);
  const set = (value) => show({ value, error: null, loading: false });
  return { ...shown, again: () => again((before) => before + 1), set };
}
