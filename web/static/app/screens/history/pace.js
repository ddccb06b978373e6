// Page after page, slowly enough: a user has 100 calls a minute for everything.

import { ApiProblem } from "../../api/problem.js";

const GAP_MS = 1_000; // 60 a minute leave 40 for what else the console does
const FREE = 8; // pages without a gap: who looks at a short list waits for nothing
const WAITS = 5; // after 429, each as long as the API says
const WAIT_MS = 30_000;

/**
 * `load`, with a gap between two calls. A 429 that the client did not get over is waited for.
 * @template T
 * @param {(cursor: string | null, signal: AbortSignal) => Promise<T>} load
 * @param {{onSlow?: (slow: boolean) => void, wait?: (ms: number, signal: AbortSignal) => Promise<void>,
 *   now?: () => number}} parts
 * @returns {(cursor: string | null, signal: AbortSignal) => Promise<T>}
 */
export function paced(load, { onSlow = () => {}, wait = pause, now = Date.now } = {}) {
  let calls = 0;
  let last = -Infinity;
  return async (cursor, signal) => {
    calls += 1;
    const gap = last + GAP_MS - now();
    if (calls > FREE && gap > 0) await wait(gap, signal);
    for (let waits = 0; ; waits += 1) {
      last = now();
      try {
        const page = await load(cursor, signal);
        if (waits) onSlow(false);
        return page;
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.status !== 429 || waits >= WAITS) throw error;
        onSlow(true);
        await wait(error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : WAIT_MS, signal);
      }
    }
  };
}

/** Rejects as soon as `signal` is aborted. */
function pause(ms, signal) {
  return new Promise((done, fail) => {
    const stopped = () => {
      clearTimeout(timer);
      fail(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stopped);
      done();
    }, ms);
    if (signal?.aborted) stopped();
    else signal?.addEventListener("abort", stopped, { once: true });
  });
}
