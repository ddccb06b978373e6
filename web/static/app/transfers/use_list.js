// A list of transfers as the live client tells it, for as long as a screen shows it.

import { useEffect, useState } from "../lib.js";
import { live, session } from "../wiring.js";

/**
 * Whose transfers are shown: the address says it. Those who look after everybody's see all of them
 * where it says nothing.
 * @returns {"mine" | "all"}
 */
export function scopeOf(query) {
  if (!session.seesAll.value) return "mine";
  return query.get("of") === "mine" ? "mine" : "all";
}

/** @param {"mine" | "all"} scope @returns {object | null} null until it is watched */
export function useList(scope) {
  const [list, show] = useState(null);
  useEffect(() => {
    const opened = live.watchList(scope);
    show({ ...opened, scope });
    return () => opened.close();
  }, [scope]);
  return list?.scope === scope ? list : null;
}

/** The service's clock; null while nothing was heard for long, so that nothing is called late. */
export function clockNow() {
  return live.silence.peek() > 0 ? null : live.serviceNow();
}
