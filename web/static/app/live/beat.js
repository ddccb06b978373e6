// Tells once a second how old the figures are, while any of them is too old.

import { PACE } from "./pace.js";

const SECOND = 1_000; // ms
const QUIET = (PACE.heartbeatQuiet + PACE.answerWithin) / SECOND;

export class Beat {
  /**
   * @param {{board: import("./board.js").Board, watches: import("./watches.js").Watches,
   *   clock: object, signals: {link: object, silence: object, beat: object}}} parts
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
    const isTooLong = silent > (this.#isQuiet() ? QUIET : limit);
    this.signals.silence.value = isTooLong ? Math.floor(silent) : 0;
    const isStale = isTooLong || this.board.anyStale(limit);
    if (isStale || this.wasStale) this.signals.beat.value += 1;
    this.wasStale = isStale;
  }

  /** Where nothing moves the service has nothing to tell, and is asked for a sign of life seldom. */
  #isQuiet() {
    return this.signals.link.value === "stream" && this.board.moving.size === 0;
  }
}
