// The live state of transfers for all screens of the page: one WebSocket, and polling where that is
// blocked. docs/websocket.md has the rules, `fileferry watch` the same figures.

import { signal } from "../lib.js";
import { Board } from "./board.js";
import { Calls } from "./calls.js";
import { pageClock } from "./clock.js";
import { Follower } from "./follower.js";
import { Hearing } from "./hearing.js";
import { Known } from "./known.js";
import { Looks } from "./looks.js";
import { PACE } from "./pace.js";
import { Watches } from "./watches.js";

export { staleFor } from "./stale.js";

const SECOND = 1_000; // ms

/**
 * @param {object} parts
 * @param {{get: Function, post: Function}} parts.api
 * @param {() => void} parts.onSessionOver the session ended; nothing is watched any more
 * @param {string | null} [parts.user] who is signed in: whose list "mine" is
 * @param {typeof globalThis.WebSocket} [parts.WebSocket]
 * @param {{now(): number, after(ms: number, fn: () => void): () => void}} [parts.clock] in ms
 * @param {() => number} [parts.random] from 0 to 1
 * @param {typeof globalThis | null} [parts.page] the window, for its events
 */
export function createLive({
  api,
  onSessionOver,
  user = null,
  WebSocket = globalThis.WebSocket,
  clock = pageClock(),
  random = Math.random,
  page = globalThis.document ? globalThis : null,
}) {
  const link = signal("opening");
  const silence = signal(0);
  const beat = signal(0);
  const outdated = signal(false);
  const board = new Board(clock);
  const detailed = new Set();
  const known = new Known((id) => hearing.isAsked(id));
  let isOver = false;
  let cancelTick = null;
  let beatAt = clock.now();
  let wasStale = false;

  const watches = new Watches({
    board,
    clock,
    user,
    opened: (watch) => begin(watch),
    closed: (watch) => end(watch),
    dropped: (id) => {
      hearing.forget(id);
      looks.forget(id);
    },
  });
  const hearing = new Hearing({ board, watches, known, detailed, ask: (id) => looks.ask(id) });
  const calls = new Calls({
    api,
    clock,
    on: {
      reached: () => follower.reached(),
      unreachable: () => follower.unreachable(),
      signedOut: sessionOver,
    },
  });
  const looks = new Looks({
    calls,
    clock,
    on: {
      looked: (id, shown) => hearing.looked(id, shown),
      listed: (shown, scope) => hearing.listed(shown, scope),
      listedAll: (scope, ids) => hearing.listedAll(scope, ids),
      refused: (scope, why) => watches.refuse(scope, why),
    },
  });
  const follower = new Follower({
    open: { api, WebSocket },
    clock,
    random,
    watches,
    hearing,
    known,
    detailed,
    link,
    outdated,
    signedOut: sessionOver,
  });

  function begin(watch) {
    if (isOver) return;
    // The REST API answers sooner, and knows all that there is to say of old ones.
    if (watch.id && !board.shown.has(watch.id)) looks.ask(watch.id);
    if (cancelTick === null) board.heard();
    cancelTick ??= clock.after(0, tick);
    follower.watch(watch);
  }

  function end(watch) {
    if (watch.scope) return follower.unwatch(watch);
    looks.forget(watch.id);
    detailed.delete(watch.id);
    known.forgetChunks(watch.id); // a list does not tell of them
    return follower.unwatch(watch);
  }

  function tick() {
    cancelTick = null;
    if (isOver || !watches.any) return showSilence();
    follower.tick(board.moving.size > 0);
    const isHidden = page?.document?.hidden ?? false;
    looks.turn({
      scopes: follower.isPolling ? lists() : [],
      singles: () => hearing.singlesToLookAt(follower.isPolling),
      members: () => hearing.membersToLookAt(follower.isPolling),
      isHidden,
    });
    if (clock.now() - beatAt >= SECOND) showSilence();
    if (!isOver) cancelTick = clock.after(isHidden ? PACE.hiddenTick : PACE.tick, tick);
    return undefined;
  }

  function lists() {
    const allowed = [...watches.lists.values()].filter((list) => list.refused.peek() === null);
    return allowed.map((list) => list.scope);
  }

  /** Once a second while anything is too old, and once more when that is over. */
  function showSilence() {
    beatAt = clock.now();
    const limit = PACE.staleAfter / SECOND;
    const silent = watches.any && !isOver ? board.silence() : 0;
    silence.value = silent > limit ? Math.floor(silent) : 0;
    const isStale = silence.value > 0 || board.anyStale(limit);
    if (isStale || wasStale) beat.value += 1;
    wasStale = isStale;
  }

  function sessionOver(isTold) {
    if (isOver) return;
    stop();
    link.value = "lost";
    if (!isTold) onSessionOver();
  }

  function stop() {
    isOver = true;
    cancelTick?.();
    cancelTick = null;
    follower.stop();
    calls.close();
    watches.close();
    page?.removeEventListener("online", wake);
    page?.removeEventListener("offline", wake);
    page?.document?.removeEventListener("visibilitychange", onVisible);
  }

  function wake() {
    follower.wake();
  }

  function onVisible() {
    if (!page.document.hidden) follower.wake();
  }

  page?.addEventListener("online", wake);
  page?.addEventListener("offline", wake);
  page?.document?.addEventListener("visibilitychange", onVisible);

  return {
    /** @param {"mine" | "all"} scope */
    watchList: (scope) => watches.openList(scope),
    /** @param {string} id */
    watchTransfer: (id) => watches.openSingle(id),
    /** "opening", "stream", "polling" or "lost" */
    link,
    /** Seconds since anything was heard, where that is too long; else 0. */
    silence,
    /** Grows each second while any figure is too old. */
    beat,
    /** The service speaks a newer version than this page: it has to be loaded again. */
    outdated,
    serviceNow: () => board.serviceNow(),
    /** Seconds since anything was heard of a transfer, or null. */
    unheardFor: (id) => board.unheardFor(id),
    silentFor: () => board.silence(),
    /** @param {object} view TransferView or TransferSummary that a call has just answered */
    put: (view) => hearing.put(view),
    close: stop,
  };
}
