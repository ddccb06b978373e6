// One action on many transfers: a few at a time, each sent once, to be stopped at any time.
//
// It belongs to no screen, so it goes on while its user looks at something else.

import { signal } from "../../lib.js";
import { ApiProblem, SignedOut } from "../../api/problem.js";

const AT_ONCE = 3;
const PER_MINUTE = 60; // of the 100 calls of a user: the screens need the others
const MINUTE_MS = 60_000;
const SHORTEST_HOLD_MS = 5_000; // after 'too many calls'
const MOST_LOST = 5; // answers in a row that never came: nobody is there

/**
 * @typedef {object} Bulk
 * @property {string} action "pause", "resume", "cancel" or "retry"
 * @property {number} total
 * @property {number} done the service took them
 * @property {{id: string, code: string, detail: string}[]} refused
 * @property {string[]} lost sent, and no answer came: whether it was done is not known
 * @property {number} left not sent
 * @property {number} heldUntil in ms of the clock: the service asked to wait; 0: it did not
 * @property {"running" | "stopping" | "ended"} state
 * @property {"signed-out" | "unreachable" | "stopped" | null} why it ended before all were sent
 *
 * @param {object} parts
 * @param {(path: string) => Promise<object>} parts.post answers the transfer's view
 * @param {(view: object) => void} parts.put shows what was answered
 * @param {{now(): number, after(ms: number, run: () => void): () => void}} parts.clock in ms
 */
export function createBulk({ post, put, clock }) {
  /** @type {import("../../lib.js").Signal<Bulk | null>} */
  const shown = signal(null);
  let starts = []; // times, of the last minute
  let current = null;

  function start(action, ids) {
    if (current && current.state !== "ended") return false;
    const queue = [...new Set(ids)];
    if (queue.length === 0) return false;
    const none = { done: 0, refused: [], lost: [], heldUntil: 0, lostInARow: 0, why: null };
    current = { action, queue, total: queue.length, ...none, state: "running", wake: new Set() };
    const run = current;
    tell(run);
    const workers = Array.from({ length: Math.min(AT_ONCE, queue.length) }, () => work(run));
    Promise.all(workers).then(() => {
      run.state = "ended";
      tell(run);
    });
    return true;
  }

  async function work(run) {
    while (run.state === "running" && run.queue.length > 0) {
      const pause = pauseBefore(run);
      if (pause > 0) await rest(run, pause);
      else await send(run, run.queue.shift());
    }
  }

  function pauseBefore(run) {
    const now = clock.now();
    starts = starts.filter((each) => each > now - MINUTE_MS);
    const paced = starts.length < PER_MINUTE ? 0 : starts[0] + MINUTE_MS - now;
    return Math.max(paced, run.heldUntil - now);
  }

  async function send(run, id) {
    starts.push(clock.now());
    const sent = post(`/api/transfer/${encodeURIComponent(id)}/${run.action}`);
    const taken = (view) => {
      run.done += 1;
      run.lostInARow = 0;
      if (view) put(view);
    };
    await sent.then(taken, (error) => failed(run, id, error));
    tell(run);
  }

  function failed(run, id, error) {
    if (error instanceof SignedOut) {
      run.queue.unshift(id);
      halt(run, "signed-out");
    } else if (error instanceof ApiProblem && error.status === 429) {
      run.queue.unshift(id); // it was refused before it was served
      const asked = Math.max(SHORTEST_HOLD_MS, (error.retryAfterSeconds ?? 0) * 1_000);
      run.heldUntil = Math.max(run.heldUntil, clock.now() + asked);
    } else if (error instanceof ApiProblem && error.status < 500) {
      run.refused.push({ id, code: error.code, detail: error.detail });
      run.lostInARow = 0;
    } else {
      run.lost.push(id);
      run.lostInARow += 1;
      if (run.lostInARow >= MOST_LOST) halt(run, "unreachable");
    }
  }

  /** Nothing more is sent. What is on its way still gets its answer. */
  function halt(run, why) {
    if (run.state !== "running") return;
    run.state = "stopping";
    run.why = why;
    for (const wake of [...run.wake]) wake();
  }

  function rest(run, ms) {
    return new Promise((done) => {
      const wake = () => {
        cancel();
        run.wake.delete(wake);
        done();
      };
      const cancel = clock.after(ms, wake);
      run.wake.add(wake);
    });
  }

  function tell(run) {
    if (run !== current) return;
    const { action, total, done, refused, lost, heldUntil, state, why, queue } = run;
    const left = queue.length;
    const told = { action, total, done, refused: [...refused], lost: [...lost], left, heldUntil };
    shown.value = Object.freeze({ ...told, state, why: left > 0 ? why : null });
  }

  return {
    shown,
    /** False while another one runs. `ids` are sent in their order, each once. */
    start,
    stop() {
      if (current) halt(current, "stopped");
      if (current) tell(current);
    },
    /** Takes the result away. What still runs is stopped. */
    forget() {
      if (current) halt(current, "stopped");
      current = null;
      shown.value = null;
    },
  };
}

/** How many have got an answer, or will get none. */
export function finishedOf(bulk) {
  return bulk.done + bulk.refused.length + bulk.lost.length;
}

/** Refusals by their code: the most frequent first. `detail` is the first one's. */
export function refusalsByCode(refused) {
  const groups = new Map();
  for (const { id, code, detail } of refused) {
    const group = groups.get(code) ?? { code, detail, ids: [] };
    group.ids.push(id);
    groups.set(code, group);
  }
  return [...groups.values()].sort((one, other) => other.ids.length - one.ids.length);
}
