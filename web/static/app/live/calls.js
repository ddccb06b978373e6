// Calls of the REST API, one at a time and within what an account is allowed.
//
// They are counted like drops of a bucket: all tabs of a user have a hundred a minute together.

import { failureOf } from "./failures.js";
import { BURST, PACE } from "./pace.js";

const AGAIN = new Set([408, 425, 429]); // of 400 to 499; the others are no matter of time

export class Calls {
  /**
   * @param {{api: object, clock: object, on: {reached(): void, unreachable(): void,
   *   signedOut(isTold: boolean): void}}} parts
   */
  constructor({ api, clock, on }) {
    Object.assign(this, { api, clock, on });
    this.allowed = BURST;
    this.countedAt = clock.now();
    this.holdUntil = -Infinity;
    this.giveUp = null; // of the call that is under way
  }

  get isFree() {
    const now = this.clock.now();
    this.allowed = Math.min(BURST, this.allowed + (now - this.countedAt) / PACE.callGap);
    this.countedAt = now;
    return this.giveUp === null && this.allowed >= 1 && now >= this.holdUntil;
  }

  /**
   * @param {string} path
   * @param {object} query
   * @param {(document: any) => boolean} answer false for an answer that is not understood
   * @param {(why: string) => void} refused the service says no, and would say it again
   */
  get(path, query, answer, refused) {
    this.allowed -= 1;
    const limit = new AbortController();
    const once = (take) => (value) => {
      if (this.giveUp !== giveUp) return;
      cancel();
      this.giveUp = null;
      take(value);
    };
    const lost = once((error) => this.#failed(failureOf(error), refused));
    const giveUp = () => {
      cancel();
      limit.abort();
    };
    const cancel = this.clock.after(PACE.callWithin, () => {
      limit.abort();
      lost(null);
    });
    this.giveUp = giveUp;
    const answered = once((document) => {
      this.on.reached();
      if (!answer(document)) this.#hold();
    });
    this.api.get(path, { query, signal: limit.signal }).then(answered, lost);
  }

  close() {
    this.giveUp?.();
    this.giveUp = null;
  }

  #failed(failure, refused) {
    if (failure.kind === "signed-out") {
      this.on.signedOut(failure.isTold);
    } else if (failure.kind === "unreachable") {
      this.#hold();
      this.on.unreachable();
    } else {
      this.on.reached();
      const { status } = failure;
      if (status >= 400 && status < 500 && !AGAIN.has(status)) refused(failure.detail);
      else this.#hold(failure.retryMs);
    }
  }

  #hold(ms) {
    this.holdUntil = this.clock.now() + (ms ?? PACE.holdAfterRefusal);
  }
}
