// The live state of transfers for all screens of the page: one WebSocket, and polling where that is
// blocked. docs/websocket.md has the rules, `fileferry watch` the same figures.

import { signal } from "../lib.js";
import { pageClock } from "./clock.js";
import { createWatching } from "./watching.js";

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
  const signals = {
    link: signal("opening"),
    silence: signal(0),
    beat: signal(0),
    outdated: signal(false),
  };
  const parts = { api, user, WebSocket, clock, random, page };
  let watching = createWatching(parts, signals, signedOut);

  function signedOut(isTold) {
    leave();
    if (!isTold) onSessionOver();
  }

  function leave() {
    watching.close();
    signals.link.value = "opening";
    signals.silence.value = 0;
    watching = createWatching(parts, signals, signedOut);
  }

  return {
    /** "opening", "stream", "polling" or "lost" */
    link: signals.link,
    /** Seconds since anything was heard, where that is too long; else 0. */
    silence: signals.silence,
    /** Grows each second while any figure is too old. */
    beat: signals.beat,
    /** The service speaks a newer version than this page: it has to be loaded again. */
    outdated: signals.outdated,
    /** @param {"mine" | "all"} scope */
    watchList: (scope) => watching.watches.openList(scope),
    /** @param {string} id */
    watchTransfer: (id) => watching.watches.openSingle(id),
    /** The service's time now, or null until it has told it. @returns {Date | null} */
    serviceNow: () => watching.board.serviceNow(),
    /** Seconds since anything was heard of a transfer, or null. */
    unheardFor: (id) => watching.board.unheardFor(id),
    /** Seconds since anything was heard. */
    silentFor: () => watching.board.silence(),
    /** @param {object} view TransferView or TransferSummary that a call has just answered */
    put: (view) => watching.hearing.put(view),
    /** The session is over: all is forgotten. Whoever signs in next watches anew. */
    leave,
    close: () => watching.close(),
  };
}
