// Something that is done again and again while a screen is shown and seen.

import { useEffect, useRef, useState } from "../lib.js";

/** @param {number} ms @param {() => void} run the latest one is called */
export function useEvery(ms, run) {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** A function that draws the component anew. */
export function useAgain() {
  const [, turn] = useState(0);
  return () => turn((before) => before + 1);
}
