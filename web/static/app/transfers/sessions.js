// Who waits where for a session with a destination: asked for the rows that can be seen, and seldom.

import { signal } from "../lib.js";

const EACH_MS = 10_000; // between two questions about one destination
const ANY_MS = 3_500; // between any two: 17 calls a minute of the user's 100
const REFUSED_MS = 120_000;
const TICK_MS = 500;

/**
 * @param {object} parts
 * @param {(path: string) => Promise<object>} parts.get
 * @param {{now(): number, after(ms: number, run: () => void): () => void}} parts.clock in ms
 * @param {() => boolean} [parts.isHidden] nobody sees the page: nothing is asked
 */
export function createSessions({ get, clock, isHidden = () => false }) {
  const wanted = new Map(); // destination id -> {sessions, watchers, nextAt}
  let isBusy = false;
  let isThere = true; // this FileFerry has the route
  let nextAt = 0;
  let cancelTick = null;

  function tick() {
    cancelTick = null;
    if (wanted.size === 0 || !isThere) return;
    const now = clock.now();
    const due = [...wanted].filter(([, each]) => each.watchers > 0 && each.nextAt <= now);
    due.sort(([, one], [, other]) => one.nextAt - other.nextAt);
    if (due.length > 0 && !isBusy && nextAt <= now && !isHidden()) ask(...due[0]);
    forgetLeft(now);
    cancelTick = clock.after(TICK_MS, tick);
  }

  /** Rows come and go while one scrolls, so what is known stays until it would be asked anew. */
  function forgetLeft(now) {
    for (const [id, each] of wanted) {
      if (each.watchers === 0 && each.nextAt <= now) wanted.delete(id);
    }
  }

  async function ask(id, each) {
    isBusy = true;
    nextAt = clock.now() + ANY_MS;
    each.nextAt = clock.now() + EACH_MS;
    try {
      each.sessions.value = await get(`/api/destinations/${encodeURIComponent(id)}/sessions`);
    } catch (error) {
      each.sessions.value = null; // an old place in the line would be untrue
      if (error?.code === "no_route") isThere = false;
      else if (typeof error?.status === "number") each.nextAt = clock.now() + REFUSED_MS;
    }
    isBusy = false;
  }

  return {
    /**
     * @param {string} id of a destination
     * @returns {{sessions: import("../lib.js").Signal<object | null>, close(): void}}
     */
    watch(id) {
      const each = wanted.get(id) ?? { sessions: signal(null), watchers: 0, nextAt: 0 };
      wanted.set(id, each);
      each.watchers += 1;
      if (isThere) cancelTick ??= clock.after(0, tick);
      let isOpen = true;
      const close = () => {
        if (isOpen) each.watchers -= 1;
        isOpen = false;
      };
      return { sessions: each.sessions, close };
    },
  };
}

/**
 * "ACME allows 2 sessions, both busy; place 3 in line."
 * @param {object | null} view SessionsView, or null where it is not known
 * @param {string} name of the destination, as it is shown
 * @param {string} transferId
 * @returns {string | null} null: nothing is known
 */
export function placeText(view, name, transferId) {
  if (!view) return null;
  const { max_sessions: most, in_use: used } = view;
  const allows = `${name} allows ${most} session${most === 1 ? "" : "s"}`;
  return `${allows}, ${busyText(most, used)}; ${lineText(view, transferId)}.`;
}

function busyText(most, used) {
  if (used < most) return `${used} in use`;
  return most === 1 ? "and it is busy" : most === 2 ? "both busy" : "all busy";
}

function lineText(view, transferId) {
  const found = view.line.find((each) => each.transfer_id === transferId);
  if (found) return `place ${found.position} in line`;
  if (!view.whole) return `at least ${view.waiting} wait, and their order is not known`;
  return "not in line just now";
}
