// The parts that follow what one session watches, put together. Another session gets new ones.

import { Board } from "./board.js";
import { Calls } from "./calls.js";
import { Follower } from "./follower.js";
import { Hearing } from "./hearing.js";
import { Known } from "./known.js";
import { Looks } from "./looks.js";
import { PACE } from "./pace.js";
import { Watches } from "./watches.js";

const SECOND = 1_000; // ms

/**
 * @param {object} parts those of createLive
 * @param {{link: object, silence: object, beat: object, outdated: object}} signals to write
 * @param {(isTold: boolean) => void} signedOut the session is over; `isTold`: and knows that
 */
export function createWatching({ api, user, WebSocket, clock, random, page }, signals, signedOut) {
  const { silence, beat } = signals;
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
      signedOut,
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
    link: signals.link,
    outdated: signals.outdated,
    signedOut,
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
    if (isOver) return;
    if (watch.id) {
      looks.forget(watch.id);
      detailed.delete(watch.id);
      known.forgetChunks(watch.id); // a list does not tell of them
    }
    follower.unwatch(watch);
  }

  function tick() {
    cancelTick = null;
    if (!watches.any) {
      showSilence();
      return;
    }
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
  }

  function lists() {
    const allowed = [...watches.lists.values()].filter((list) => list.refused.peek() === null);
    return allowed.map((list) => list.scope);
  }

  /** Once a second while anything is too old, and once more when that is over. */
  function showSilence() {
    beatAt = clock.now();
    const limit = PACE.staleAfter / SECOND;
    const silent = watches.any ? board.silence() : 0;
    silence.value = silent > limit ? Math.floor(silent) : 0;
    const isStale = silence.value > 0 || board.anyStale(limit);
    if (isStale || wasStale) beat.value += 1;
    wasStale = isStale;
  }

  function close() {
    isOver = true;
    cancelTick?.();
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

  return { board, watches, hearing, close };
}
