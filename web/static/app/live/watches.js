// What the screens watch: lists and single transfers, each once for all screens, as signals.
//
// A watch outlives its screen for some seconds, because the next screen often wants the same.

import { batch, signal } from "../lib.js";
import { microseconds } from "./instants.js";
import { PACE } from "./pace.js";
import { hasEnded } from "./shown.js";

const MOST_ENDED = 200; // of a list that is watched for days: more than anybody looks at

/**
 * @typedef {object} List
 * @property {"mine" | "all"} scope
 * @property {Set<string>} members ids, in the order in which they came
 * @property {boolean} isComplete all of it was told once
 *
 * @typedef {object} Single
 * @property {string} id
 */
export class Watches {
  /**
   * @param {{board: import("./board.js").Board, clock: object, user(): string | null,
   *   opened(watch: List | Single): void, closed(watch: List | Single): void,
   *   dropped(id: string): void}} parts `user`: whose list "mine" is, where that is known
   */
  constructor({ board, clock, user, opened, closed, dropped }) {
    Object.assign(this, { board, clock, user, opened, closed, dropped });
    this.lists = new Map();
    this.singles = new Map();
    this.dirty = new Set();
    this.hasNewEnds = false;
    this.cancelPublish = null;
  }

  get size() {
    return this.lists.size + this.singles.size;
  }

  get any() {
    return this.size > 0;
  }

  openList(scope) {
    const { rows, ready, refused, close } = this.#open(this.lists, scope, () => ({
      scope,
      members: new Set(),
      isComplete: false,
      rows: signal(new Map()),
      ready: signal(false),
      refused: signal(null),
    }));
    return { rows, ready, refused, close };
  }

  openSingle(id) {
    const { shown, missing, close } = this.#open(this.singles, id, () => ({
      id,
      shown: signal(this.board.shown.get(id) ?? null),
      missing: signal(false),
    }));
    return { shown, missing, close };
  }

  #open(watches, key, made) {
    let watch = watches.get(key);
    if (!watch) {
      watch = { ...made(), screens: 0, cancelEnd: null };
      watches.set(key, watch);
      this.opened(watch);
    }
    watch.screens += 1;
    watch.cancelEnd?.();
    watch.cancelEnd = null;
    let isOpen = true;
    const close = () => {
      if (isOpen) this.#left(watches, key, watch);
      isOpen = false;
    };
    return { ...watch, close };
  }

  #left(watches, key, watch) {
    watch.screens -= 1;
    if (watch.screens > 0) return;
    watch.cancelEnd = this.clock.after(PACE.linger, () => {
      watches.delete(key);
      this.closed(watch);
      for (const id of watch.members ?? [watch.id]) this.#release(id);
    });
  }

  /** Whether anybody wants to know of it. */
  wants(id) {
    return this.singles.has(id) || [...this.lists.values()].some((list) => list.members.has(id));
  }

  /**
   * Puts a transfer into the lists that it belongs to. One that has ended joins only a list that
   * was told of it: old ones are known to those who name them, and to nobody else.
   *
   * @param {string | null} toldBy the scope of a list, "any" for whatever list it belongs to
   */
  place(shown, toldBy = null) {
    for (const list of this.lists.values()) {
      const covers = list.scope === toldBy || this.#covers(list, shown);
      if (covers && (toldBy === list.scope || toldBy === "any" || !hasEnded(shown))) {
        list.members.add(shown.id);
      }
    }
  }

  #covers(list, shown) {
    if (list.scope === "all") return true;
    const isOnly = !this.lists.has("all") && !this.singles.has(shown.id);
    const user = this.user();
    return user === null ? isOnly : shown.owner === user;
  }

  changed(id) {
    this.dirty.add(id);
    const shown = this.board.shown.get(id);
    this.hasNewEnds ||= shown !== undefined && hasEnded(shown);
    this.cancelPublish ??= this.clock.after(PACE.coalesce, () => this.publish());
  }

  /** It does not exist, or one may not see it. */
  remove(id) {
    for (const list of this.lists.values()) list.members.delete(id);
    if (!this.singles.has(id)) this.#release(id);
    this.changed(id);
  }

  miss(id) {
    this.board.drop(id);
    this.remove(id);
    const single = this.singles.get(id);
    if (single) single.missing.value = true;
    this.publish();
  }

  /** All of a list was told. */
  completed(scope) {
    const list = this.lists.get(scope);
    if (!list) return;
    list.isComplete = true;
    list.refused.value = null;
    this.publish();
  }

  /** One may not see the list. What it showed is taken away. */
  refuse(scope, message) {
    const list = this.lists.get(scope);
    if (!list) return;
    const members = [...list.members];
    list.members.clear();
    list.isComplete = false;
    for (const id of members) {
      this.#release(id);
      this.changed(id);
    }
    this.publish();
    list.refused.value = message;
  }

  /** One write for each signal, however many messages came. Unchanged rows stay what they are. */
  publish() {
    this.cancelPublish?.();
    this.cancelPublish = null;
    this.makeRoom();
    batch(() => {
      for (const list of this.lists.values()) this.#publishList(list);
      for (const id of this.dirty) this.#publishSingle(id);
    });
    this.dirty.clear();
  }

  #publishList(list) {
    const rows = new Map(list.rows.peek());
    let isNew = false;
    for (const id of this.dirty) {
      const shown = list.members.has(id) ? this.board.shown.get(id) : undefined;
      if (shown === rows.get(id)) continue;
      isNew = true;
      if (shown) rows.set(id, shown);
      else rows.delete(id);
    }
    if (isNew) list.rows.value = rows;
    list.ready.value ||= list.isComplete;
  }

  #publishSingle(id) {
    const single = this.singles.get(id);
    if (!single) return;
    single.shown.value = this.board.shown.get(id) ?? null;
    if (single.shown.value !== null) single.missing.value = false;
  }

  /** Forgets the oldest ends of lists. */
  makeRoom() {
    if (!this.hasNewEnds) return;
    this.hasNewEnds = false;
    for (const list of this.lists.values()) {
      const ends = [...list.members].filter((id) => this.#isEnd(id));
      if (ends.length <= MOST_ENDED) continue;
      const at = new Map(ends.map((id) => [id, this.#endedAt(id)]));
      ends.sort((one, other) => at.get(one) - at.get(other));
      for (const id of ends.slice(0, -MOST_ENDED)) {
        list.members.delete(id);
        this.dirty.add(id);
        this.#release(id);
      }
    }
  }

  #isEnd(id) {
    const shown = this.board.shown.get(id);
    return shown !== undefined && hasEnded(shown);
  }

  #endedAt(id) {
    const shown = this.board.shown.get(id);
    return microseconds(shown.finished_at ?? shown.seen_at);
  }

  #release(id) {
    if (this.wants(id)) return;
    this.board.drop(id);
    this.dropped(id);
  }

  close() {
    this.cancelPublish?.();
    for (const watch of [...this.lists.values(), ...this.singles.values()]) watch.cancelEnd?.();
  }
}
