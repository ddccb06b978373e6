// Tells once a second how old the figures are, while any of them is too old.

import { PACE } from "./pace.js";

const SECOND = 1_000; // ms
<<<<<<< HEAD
const QUIET = (PACE.heartbeatQuiet + PACE.answerWithin) / SECOND;
=======
const QUIET_LIMIT = (PACE.heartbeatQuiet + PACE.answerWithin) / SECOND;
>>>>>>> f818ad50174e97de46d884f39696619765464556

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
<<<<<<< HEAD
    const isTooLong = silent > (this.#isQuiet() ? QUIET : limit);
    this.signals.silence.value = isTooLong ? Math.floor(silent) : 0;
    const isStale = isTooLong || this.board.anyStale(limit);
=======
    const tooLong = silent > (this.isQuiet() ? QUIET_LIMIT : limit);
    this.signals.silence.value = tooLong ? Math.floor(silent) : 0;
    const isStale = tooLong || this.board.anyStale(limit);
>>>>>>> f818ad50174e97de46d884f39696619765464556
    if (isStale || this.wasStale) this.signals.beat.value += 1;
    this.wasStale = isStale;
  }

<<<<<<< HEAD
  /** Where nothing moves the service has nothing to tell, and is asked for a sign of life seldom. */
  #isQuiet() {
=======
  /** While nothing moves on a connection that stands, nothing is heard between two heartbeats. */
  isQuiet() {
>>>>>>> f818ad50174e97de46d884f39696619765464556
    return this.signals.link.value === "stream" && this.board.moving.size === 0;
  }
}
