// What is shown of all transfers just now, and how old that is.

import { microseconds } from "./instants.js";
import { moves, onward } from "./shown.js";

export class Board {
  /** @param {{now(): number}} clock in ms */
  constructor(clock) {
    this.clock = clock;
    this.shown = new Map();
    this.moving = new Set(); // ids
    this.seen = new Map(); // id -> when it was true, by our clock
    this.heardAt = clock.now();
    this.told = null; // { time: by the service's clock, at: by ours }
  }

  /**
   * Something was told about the transfers, or that there is nothing new. `sentAt` is by the
   * service's clock. It is never compared with the one here.
   */
  heard(sentAt = null) {
    this.heardAt = this.clock.now();
    if (sentAt !== null) this.told = { time: Date.parse(sentAt), at: this.heardAt };
  }

  /** @returns {Date | null} null until the service has told its time */
  serviceNow() {
    return this.told && new Date(this.told.time + this.clock.now() - this.told.at);
  }

  /** Seconds since anything was heard. */
  silence() {
    return (this.clock.now() - this.heardAt) / 1_000;
  }

  /**
   * @param {import("./shown.js").Shown} now
   * @param {number} age seconds: how old the fact was by the service's own clock
   * @returns {boolean} false if nothing is new
   */
  see(now, age = 0) {
    const before = this.shown.get(now.id);
    const after = onward(before, now);
    this.seen.set(now.id, this.clock.now() - Math.max(0, age) * 1_000);
    if (after === before) return false;
    this.shown.set(now.id, after);
    if (moves(after)) this.moving.add(now.id);
    else this.moving.delete(now.id);
    return true;
  }

  drop(id) {
    this.shown.delete(id);
    this.moving.delete(id);
    this.seen.delete(id);
  }

  /** Seconds since anything was heard of this transfer; null where nothing ever was. */
  unheardFor(id) {
    const at = this.seen.get(id);
    return at === undefined ? null : (this.clock.now() - at) / 1_000;
  }

  /** Whether something of a transfer that moves was heard too long ago. */
  anyStale(seconds) {
    for (const id of this.moving) if (this.unheardFor(id) > seconds) return true;
    return false;
  }
}

/** How old a message's fact was when it was sent, in seconds, by the service's clock alone. */
export function ageOf(message, live) {
  return (microseconds(message.sent_at) - microseconds(live.seen_at)) / 1e6;
}
