// The act of sending: busy while it lasts, stopped on request, its outcomes kept.

import { useMemo, useRef, useState } from "../../lib.js";
import { SignedOut } from "../../api/problem.js";
import { announce, toast } from "../../ui/announce.js";
import { api } from "../../wiring.js";
import { createKeys, fieldErrors, requestsOf, sendAll } from "./requests.js";
import { merged, tally } from "./tally.js";

export function useSending() {
  const [state, setState] = useState({ busy: false, outcomes: [], errors: {}, progress: "" });
  const keyOf = useMemo(() => createKeys(), []);
  const run = useRef({ running: false, stop: false, gone: false });

  /** @returns {Promise<import("./requests.js").Outcome[] | null>} null: nothing was done */
  const send = async (form) => {
    if (run.current.running) return null; // a second press before the button showed itself as busy
    Object.assign(run.current, { running: true, stop: false });
    const requests = requestsOf(form);
    let done = 0;
    setState((before) => ({ ...before, busy: true, errors: {}, progress: said(0, requests.length) }));
    try {
      const outcomes = await sendAll(requests, {
        keyOf,
        post: (body, key) => api.post("/api/transfer", { body, headers: { "Idempotency-Key": key } }),
        stopped: () => run.current.stop,
        onOutcome: () => {
          done += 1;
          if (run.current.gone) return;
          setState((before) => ({ ...before, progress: said(done, requests.length) }));
          if (isTenth(done, requests.length)) announce(said(done, requests.length));
        },
      });
      if (run.current.gone) return leftBehind(outcomes);
      setState((before) => ({ busy: false, progress: "", errors: errorsOf(outcomes), outcomes: merged(before.outcomes, outcomes) }));
      return outcomes;
    } catch (error) {
      if (!(error instanceof SignedOut)) throw error;
      return null; // the login is shown
    } finally {
      run.current.running = false;
    }
  };
  const stop = () => (run.current.stop = true);
  const abandon = () => Object.assign(run.current, { stop: true, gone: true });
  return { ...state, send, stop, abandon };
}

/** What screen readers hear: each 10 %, and no request. */
function isTenth(done, all) {
  return all > 1 && Math.floor((done * 10) / all) > Math.floor(((done - 1) * 10) / all);
}

function said(done, all) {
  return all === 1 ? "Sending the request …" : `${done} of ${all} requests made …`;
}

/** One object's refusal stands beside its fields. Those of several stand in the list of outcomes. */
function errorsOf(outcomes) {
  const [{ state, error }] = outcomes;
  if (outcomes.length > 1 || !error) return {};
  return state === "unknown" ? { unsure: true } : fieldErrors(error);
}

/** The dialog was left meanwhile. */
function leftBehind(outcomes) {
  const { sent } = tally(outcomes);
  const rest = outcomes.length - sent;
  const text = `${sent} of ${outcomes.length} transfers were accepted.`;
  toast(rest ? `${text} The others were not tried, or no answer came.` : text, { kind: rest ? "bad" : "done" });
  return null;
}
