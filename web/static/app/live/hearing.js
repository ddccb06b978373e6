// Takes in what is heard of transfers, from the stream and from looks at the REST API.
//
// An end that is the first thing heard of a transfer may be the end of an earlier run: somebody has
// just retried it. The REST API is asked before it is believed.

import { ageOf } from "./board.js";
import { StreamFailed } from "./failures.js";
import { fromLive, fromRest, hasEnded } from "./shown.js";

export const MOST_TRANSFERS = 10_000;
const RETRYABLE = new Set(["failed", "cancelled"]);
const STILL = new Set(["requested", "paused"]); // a list tells all that there is to tell of them
const ROLE_MISSING = "role_missing";

export class Hearing {
  /**
   * @param {{board: import("./board.js").Board, watches: import("./watches.js").Watches,
   *   known: import("./known.js").Known, detailed: Set<string>, ask(id: string): void}} parts
   *   `detailed`: transfers that were told by id, with all of it. `ask`: has one looked at
   */
  constructor({ board, watches, known, detailed, ask }) {
    Object.assign(this, { board, watches, known, detailed, ask });
    this.untold = new Set(); // the stream does not know them, or less than the REST API
    this.unproven = new Map(); // id -> the end that is doubted
  }

  /** Transfers that a message may tell of. A list is bounded, one that was named is not refused. */
  isAsked(id) {
    if (this.watches.singles.has(id)) return true;
    if (this.watches.lists.size === 0) return false;
    if (this.board.shown.has(id) || this.board.shown.size < MOST_TRANSFERS) return true;
    this.watches.makeRoom();
    return this.board.shown.size < MOST_TRANSFERS;
  }

  /** `question` is the one that the message answers, or null. Throws StreamFailed. */
  take(message, question) {
    this.board.heard(message.sent_at);
    if (message.type === "snapshot" || message.type === "delta") {
      const told = message.transfers ?? message.changes;
      for (const each of told) question?.told.add(each.transfer_id);
      for (const live of this.known.hear(message)) this.#told(live, ageOf(message, live), question);
      if (message.type === "snapshot") this.#detailed(message, question);
    } else if (message.type === "gone") {
      for (const id of message.transfer_ids) this.#gone(id, question);
    } else if (message.type === "error") {
      this.#refused(message, question);
    }
  }

  /** An answer is complete. What a list tells no more has ended long ago, or is gone. */
  answered({ scope, told, named }) {
    if (!scope) return;
    for (const id of this.watches.lists.get(scope)?.members ?? []) {
      if (!told.has(id) && !named.has(id) && this.#isUnfinished(id)) this.ask(id);
    }
    this.watches.completed(scope);
  }

  /** `shown` null: there is none, or one may not see it. */
  looked(id, shown) {
    this.board.heard();
    const isDoubted = this.unproven.delete(id);
    if (shown === null) {
      this.untold.delete(id);
      this.watches.miss(id);
      return;
    }
    if (isDoubted && !hasEnded(shown)) this.untold.add(id); // until the stream tells of the new run
    this.#see(shown);
  }

  /** A list does not say how far a transfer is. Of one that is known it tells a new state only. */
  listed(shown, scope) {
    this.board.heard();
    const before = this.board.shown.get(shown.id);
    const isNews = !before || before.status !== shown.status || before.run !== shown.run;
    if (isNews && this.isAsked(shown.id)) this.#see(shown, 0, scope);
  }

  /** All pages of a list were read. Those that vanished from it have ended. */
  listedAll(scope, ids) {
    this.board.heard(); // also by a list that is empty
    for (const id of this.watches.lists.get(scope)?.members ?? []) {
      if (!ids.has(id) && this.#isUnfinished(id)) this.ask(id);
    }
    this.watches.completed(scope);
  }

  /** A call has just answered this view. */
  put(view) {
    const shown = fromRest(view);
    if (shown === null) return;
    this.watches.place(shown);
    if (!this.isAsked(shown.id) || !this.watches.wants(shown.id)) return;
    const told = this.known.get(shown.id);
    if (!hasEnded(shown) && (!told || told.run < shown.run)) this.untold.add(shown.id);
    this.#see(shown);
    this.watches.publish();
  }

  /** The REST API cannot be asked. */
  believeTheStream() {
    const doubted = [...this.unproven.values()];
    this.unproven.clear();
    for (const shown of doubted) this.#see(shown);
  }

  /** Named transfers that nobody tells of by themselves. */
  singlesToLookAt(polling) {
    const open = [...this.watches.singles.keys()].filter((id) => this.#isOpen(id));
    return polling ? open : open.filter((id) => this.untold.has(id));
  }

  /** The same of lists. */
  membersToLookAt(polling) {
    const ids = polling ? this.board.shown.keys() : this.untold;
    return [...ids].filter((id) => !this.watches.singles.has(id) && this.#changes(id, polling));
  }

  forget(id) {
    this.known.forget(id);
    this.detailed.delete(id);
    this.untold.delete(id);
    this.unproven.delete(id);
  }

  #told(live, age, question) {
    const shown = fromLive(live);
    const before = this.board.shown.get(shown.id);
    if (!before || shown.run >= before.run) this.untold.delete(shown.id);
    else this.untold.add(shown.id); // the stream is behind what the REST API told
    const isNamed = this.watches.singles.has(shown.id);
    if (!before && isNamed && RETRYABLE.has(shown.status)) {
      this.unproven.set(shown.id, shown);
      this.ask(shown.id);
    } else {
      this.#see(shown, age, question?.scope ?? (isNamed ? null : "any"));
    }
  }

  #see(shown, age = 0, toldBy = null) {
    this.watches.place(shown, toldBy);
    if (!this.watches.wants(shown.id)) {
      this.forget(shown.id); // a message that was on its way when its watch ended
      return;
    }
    if (this.board.see(shown, age)) this.watches.changed(shown.id);
  }

  #detailed(message, question) {
    for (const { transfer_id } of message.transfers) {
      if (question?.ids?.includes(transfer_id)) this.detailed.add(transfer_id);
    }
  }

  #gone(id, question) {
    this.known.forget(id);
    this.detailed.delete(id);
    if (this.watches.singles.has(id)) {
      this.untold.add(id);
      this.ask(id);
    } else if (!question?.ids) {
      this.watches.remove(id);
    }
  }

  /** Only a right that is missing is no matter of the connection. */
  #refused(error, question) {
    if (question?.scope && error.code === ROLE_MISSING) {
      this.watches.refuse(question.scope, error.message);
    } else if (question?.scope) {
      throw new StreamFailed(error.message);
    } else if (question) {
      for (const id of question.ids) {
        this.detailed.delete(id);
        if (!this.known.has(id)) this.untold.add(id);
      }
    }
  }

  #changes(id, polling) {
    const isStill = polling && STILL.has(this.board.shown.get(id)?.status);
    return this.#isUnfinished(id) && !isStill;
  }

  #isUnfinished(id) {
    const shown = this.board.shown.get(id);
    return shown !== undefined && !hasEnded(shown);
  }

  #isOpen(id) {
    const single = this.watches.singles.get(id);
    const shown = this.board.shown.get(id);
    return !single.missing.peek() && !(shown && hasEnded(shown));
  }
}
