// When figures are too old to be shown as they are.

import { PACE } from "./pace.js";
import { hasEnded, moves } from "./shown.js";

/**
 * How long ago something was heard of a transfer, where that is too long to show old figures.
 * Whoever asks while drawing is drawn again each second while anything is stale.
 *
 * @param {import("./shown.js").Shown} shown
 * @param {ReturnType<import("./live.js").createLive>} live
 * @returns {number | null} seconds
 */
export function staleFor(shown, live) {
  live.beat.value; // subscribes
  if (hasEnded(shown)) return null;
  const unheard = moves(shown) ? live.unheardFor(shown.id) : null;
  if (unheard === null && live.link.value === "stream") return null;
  const silent = unheard ?? live.silentFor();
  return silent > PACE.staleAfter / 1_000 ? silent : null;
}
