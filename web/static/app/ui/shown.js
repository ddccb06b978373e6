// Whether a component is still in the page: a call may be answered after it was left.

import { useEffect, useRef } from "../lib.js";

/** @returns {{current: boolean}} false once the component is gone */
export function useIsShown() {
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => (isShown.current = false);
  }, []);
  return isShown;
}
