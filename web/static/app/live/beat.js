// Tells once a second how old the figures are, while any of them is too old.

import { PACE } from "./pace.js";

const SECOND = 1_000; // ms
const QUIET_LIMIT = (PACE.heartbeatQuiet + PACE.answerWithin) / SECOND;

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
    const tooLong = silent > (this.isQuiet() ? QUIET_LIMIT : limit);
    this.signals.silence.value = tooLong ? Math.floor(silent) : 0;
    const isStale = tooLong || this.board.anyStale(limit);
    if (isStale || this.wasStale) this.signals.beat.value += 1;
    this.wasStale = isStale;
  }

  /** While nothing moves on a connection that stands, nothing is heard between two heartbeats. */
  isQuiet() {
    return this.signals.link.value === "stream" && this.board.moving.size === 0;
  }
}
