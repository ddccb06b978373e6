// A session that nobody uses ends. It warns before. Watching alone is no use, but any key is.

import { effect, signal } from "../lib.js";
import { session } from "./session.js";

const WARN_SECONDS = 120;
const TICK_MS = 1_000;
const TOLD_EVERY_MS = 10_000; // to other tabs
const TOUCH_MS = 5 * 60_000; // the service ends a session without calls, too
const EVENTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

/** Seconds until the session ends for idleness, while the warning is to be shown; else null. */
export const idleWarning = signal(null);

let activeAt = Date.now();
let toldAt = 0;

/** Whoever presses 'Stay signed in'. */
export function stay() {
  activeAt = Date.now();
  idleWarning.value = null;
  session.tellActive();
}

function active() {
  if (idleWarning.value !== null) return; // only its button answers the warning
  activeAt = Date.now();
  if (activeAt - toldAt > TOLD_EVERY_MS) {
    toldAt = activeAt;
    session.tellActive();
  }
}

/** @param {{get: Function}} api */
export function watchIdleness(api) {
  for (const name of EVENTS) addEventListener(name, active, { passive: true, capture: true });
  session.onActive(() => {
    activeAt = Date.now();
    idleWarning.value = null;
  });
  effect(() => {
    if (session.state.value !== "signed-in") return undefined;
    activeAt = Date.now();
    idleWarning.value = null;
    const timer = setInterval(() => look(api), TICK_MS);
    return () => clearInterval(timer);
  });
}

function look(api) {
  const limit = session.me.peek()?.session?.idle_seconds;
  if (!limit) return;
  const idle = (Date.now() - activeAt) / 1000;
  if (idle >= limit) {
    idleWarning.value = null;
    session.signOut("idle");
  } else if (idle >= limit - Math.min(WARN_SECONDS, limit / 2)) {
    idleWarning.value = Math.ceil(limit - idle);
  } else if (Date.now() - session.lastCallAt > Math.min(TOUCH_MS, (limit * 1000) / 3)) {
    api.get("/api/me").catch(() => null); // says that somebody is here
  }
}
