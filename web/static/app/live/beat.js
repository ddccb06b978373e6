// Tells once a second how old the figures are, while any of them is too old.

import { PACE } from "./pace.js";

const SECOND = 1_000; // ms

export class Beat {
  /**
   * @param {{board: import("./board.js").Board, watches: import("./watches.js").Watches,
   *   clock: object, signals: {silence: object, beat: object}}} parts
   */
  constructor({ board, watches, clock, signals }) {
    Object.assign(this, { board, watches, clock, signals });
    this.shownAt = clock.now();
    this.wasStale = false;
  }

  turn() {
    if (this.clock.now() - this.shownAt >= SECOND) this.show();
  }

  /** Once more when nothing is too old any more. */
  show() {
    this.shownAt = this.clock.now();
    const limit = PACE.staleAfter / SECOND;
    const silent = this.watches.any ? this.board.silence() : 0;
    this.signals.silence.value = silent > limit ? Math.floor(silent) : 0;
    const isStale = silent > limit || this.board.anyStale(limit);
    if (isStale || this.wasStale) this.signals.beat.value += 1;
    this.wasStale = isStale;
  }
}
