// The live state of transfers for all screens of the page: one WebSocket, and polling where that is
// blocked. docs/websocket.md has the rules, `fileferry watch` the same figures.

import { signal } from "../lib.js";
import { pageClock } from "./clock.js";
import { Watching } from "./watching.js";

export { staleFor } from "./stale.js";

/**
 * @param {object} parts
 * @param {{get: Function, post: Function}} parts.api
 * @param {() => void} parts.onSessionOver the service ended the session
 * @param {() => string | null} [parts.user] who is signed in: whose list "mine" is
 * @param {typeof globalThis.WebSocket} [parts.WebSocket]
 * @param {{now(): number, after(ms: number, fn: () => void): () => void}} [parts.clock] in ms
 * @param {() => number} [parts.random] from 0 to 1
 * @param {typeof globalThis | null} [parts.page] the window, for its events
 */
export function createLive({
  api,
  onSessionOver,
  user = () => null,
  WebSocket = globalThis.WebSocket,
  clock = pageClock(),
  random = Math.random,
  page = globalThis.document ? globalThis : null,
}) {
  return new Live({ api, user, WebSocket, clock, random, page }, onSessionOver);
}

class Live {
  /** "idle" while nothing is watched; "opening", "stream", "polling" or "lost" */
  link = signal("idle");
  /** Seconds since anything was heard, where that is too long; else 0. */
  silence = signal(0);
  /** Grows each second while any figure is too old. */
  beat = signal(0);
  /** The service speaks a newer version than this page: it has to be loaded again. */
  outdated = signal(false);

  #parts;
  #onSessionOver;
  #watching;

  constructor(parts, onSessionOver) {
    this.#parts = parts;
    this.#onSessionOver = onSessionOver;
    this.#begin();
  }

  /**
   * @param {"mine" | "all"} scope
   * @returns {{rows: object, ready: object, refused: object, close(): void}} signals: of a Map of
   *   Shown by id, of whether all was told once, and of why one may not see it (or null)
   */
  watchList(scope) {
    return this.#watching.watches.openList(scope);
  }

  /** @returns {{shown: object, missing: object, close(): void}} signals: of Shown or null, and of
   *   whether there is no such transfer, or one may not see it */
  watchTransfer(id) {
    return this.#watching.watches.openSingle(id);
  }

  /**
   * A conversation with the agent.
   * @param {(piece: object) => void} hear gets each piece of an answer, in the order in which they
   *   come: some may be missing
   * @param {() => void} [isWatched] called when they can come
   * @returns {() => void} ends it
   */
  watchChat(id, hear, isWatched) {
    return this.#watching.chats.open(id, hear, isWatched);
  }

  /** The service's time now, or null until it has told it. @returns {Date | null} */
  serviceNow() {
    return this.#watching.board.serviceNow();
  }

  /** Seconds since anything was heard of a transfer, or null. */
  unheardFor(id) {
    return this.#watching.board.unheardFor(id);
  }

  /** Seconds since anything was heard. */
  silentFor() {
    return this.#watching.board.silence();
  }

  /** @param {object} view TransferView or TransferSummary that a call has just answered */
  put(view) {
    this.#watching.hearing.put(view);
  }

  /** The session is over: all is forgotten. Whoever signs in next watches anew. */
  leave() {
    this.#watching.close();
    this.silence.value = 0;
    this.#begin();
  }

  close() {
    this.#watching.close();
  }

  #begin() {
    this.#watching = new Watching(this.#parts, this, (isTold) => {
      this.leave();
      if (!isTold) this.#onSessionOver();
    });
  }
}
