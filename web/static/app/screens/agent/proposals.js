// The proposals that are shown, each once for all that show it, as the service wrote them down.

import { signal } from "../../lib.js";
import { ApiProblem, SignedOut, Unreachable } from "../../api/problem.js";
import { proposal } from "./fields.js";
import { reading } from "../../live/reading.js";

const UNDECIDED = ["open", "confirming"]; // in the order in which they come
const NOTHING = Object.freeze({ view: null, error: null, busy: null, refusal: null });

export function isUndecided(view) {
  return UNDECIDED.includes(view.state);
}

/** Whether the person may decide now. Only the service's word counts: a page's clock may be wrong. */
export function mayDecide(view, user) {
  return isUndecided(view) && view.owner === user;
}

export class Proposals {
  /** @param {{get: Function, post: Function}} api */
  constructor(api) {
    this.api = api;
    this.known = new Map();
  }

  /**
   * @returns {{value: {view: object | null, error: any, busy: "confirm" | "reject" | null,
   *   refusal: any}}} a signal; `error` is of reading it, `refusal` of the last decision
   */
  of(id) {
    let entry = this.known.get(id);
    if (!entry) this.known.set(id, (entry = signal(NOTHING)));
    return entry;
  }

  /** A look that was overtaken by a decision tells nothing: no proposal is open again. */
  put(view) {
    const entry = this.of(view.id);
    const before = entry.peek().view;
    const isOlder = before && progress(view) < progress(before);
    this.#change(entry, isOlder ? { error: null } : { view, error: null });
  }

  async load(id) {
    const entry = this.of(id);
    try {
      this.put(reading(proposal, await this.api.get(pathOf(id))));
    } catch (error) {
      if (!(error instanceof SignedOut)) this.#change(entry, { error });
    }
  }

  /** Those of a conversation that may have been superseded. */
  reloadOpen(conversation) {
    const open = [...this.known].filter(([, { value: { view } }]) => {
      return view?.conversation_id === conversation && isUndecided(view);
    });
    return Promise.all(open.map(([id]) => this.load(id)));
  }

  /**
   * The digest is that of the card that was shown, so nothing else is decided. It may be sent again:
   * the service does it once.
   *
   * @param {"confirm" | "reject"} what
   * @param {object} view of the card that was pressed
   */
  async decide(what, { id, digest }) {
    const entry = this.of(id);
    if (entry.peek().busy) return;
    this.#change(entry, { busy: what, refusal: null });
    try {
      this.put(reading(proposal, await this.api.post(pathOf(id, `/${what}`), { body: { digest } })));
    } catch (refusal) {
      if (refusal instanceof SignedOut) return;
      this.#change(entry, { refusal: { what, error: refusal, isUnclear: isUnclear(refusal) } });
      await this.load(id);
    } finally {
      this.#change(entry, { busy: null });
    }
  }

  #change(entry, changes) {
    entry.value = Object.freeze({ ...entry.peek(), ...changes });
  }
}

function progress({ state }) {
  const at = UNDECIDED.indexOf(state);
  return at === -1 ? UNDECIDED.length : at;
}

/** Nobody knows whether it was done. */
function isUnclear(error) {
  return error instanceof Unreachable || (error instanceof ApiProblem && error.status >= 500);
}

function pathOf(id, rest = "") {
  return `/api/agent/proposals/${encodeURIComponent(id)}${rest}`;
}
