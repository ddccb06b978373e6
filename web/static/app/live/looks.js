// Looks at transfers through the REST API: where there is no stream, and where it does not know.

import { HIDDEN_SLOWDOWN, PACE } from "./pace.js";
import { fromRest } from "./shown.js";

const PAGE = 200; // transfers
const MOST_PAGES = 50;
const OWNERS = { mine: null, all: "*" };

/**
 * @typedef {object} Plan what nobody tells of by themselves
 * @property {string[]} scopes lists
 * @property {() => string[]} singles named transfers
 * @property {() => string[]} members transfers of lists
 * @property {boolean} isHidden nobody sees the page
 */
export class Looks {
  /**
   * @param {{calls: import("./calls.js").Calls, clock: object, on: {
   *   looked(id: string, shown: object | null): void, listed(shown: object, scope: string): void,
   *   listedAll(scope: string, ids: Set<string>): void,
   *   refused(scope: string, why: string): void}}} parts
   */
  constructor({ calls, clock, on }) {
    Object.assign(this, { calls, clock, on });
    this.asked = new Set();
    this.passes = new Map(); // scope -> the pass through its pages
    this.last = { singles: "", members: "" };
    this.lookedAt = { singles: -Infinity, members: -Infinity };
    this.turns = [
      () => this.#next(this.asked),
      (plan) => this.#list(plan),
      (plan) => this.#rotate("singles", plan),
      (plan) => this.#rotate("members", plan),
    ];
  }

  /** It is looked at once, as soon as that is allowed. */
  ask(id) {
    this.asked.add(id);
  }

  forget(id) {
    this.asked.delete(id);
  }

  /** Begins a call if one is due. Those who want one take turns. @param {Plan} plan */
  turn(plan) {
    for (const scope of this.passes.keys()) {
      if (!plan.scopes.includes(scope)) this.passes.delete(scope); // half of it would be old
    }
    if (!this.calls.isFree) return;
    for (const each of [...this.turns]) {
      if (!each(plan)) continue;
      this.turns.push(...this.turns.splice(this.turns.indexOf(each), 1));
      return;
    }
  }

  #next(asked) {
    const [id] = asked;
    if (id === undefined) return false;
    asked.delete(id);
    asked.add(id); // one that fails does not hold up the others
    this.#lookAt(id);
    return true;
  }

  #rotate(kind, plan) {
    const ids = plan[kind]();
    const gap = (PACE.singleGap * slower(plan)) / ids.length;
    const now = this.clock.now();
    if (ids.length === 0 || now - this.lookedAt[kind] < gap) return false;
    this.lookedAt[kind] = now;
    this.last[kind] = ids[(ids.indexOf(this.last[kind]) + 1) % ids.length];
    this.#lookAt(this.last[kind]);
    return true;
  }

  #list(plan) {
    const now = this.clock.now();
    const gap = PACE.listGap * slower(plan);
    for (const scope of plan.scopes) {
      let pass = this.passes.get(scope);
      if (!pass || (pass.cursor === null && now - pass.beganAt >= gap)) {
        pass = { beganAt: now, cursor: null, ids: new Set(), pages: 0 };
        this.passes.set(scope, pass);
      } else if (pass.cursor === null) {
        continue;
      }
      this.#page(scope, pass);
      return true;
    }
    return false;
  }

  #page(scope, pass) {
    const query = { state: "active", limit: PAGE, owner: OWNERS[scope], cursor: pass.cursor };
    const answer = (page) => {
      const rows = Array.isArray(page?.transfers) ? page.transfers.map(fromRest) : [null];
      if (rows.includes(null)) return this.#giveUp(pass);
      pass.pages += 1;
      for (const shown of rows) {
        pass.ids.add(shown.id);
        this.on.listed(shown, scope);
      }
      pass.cursor = typeof page.cursor === "string" ? page.cursor : null;
      if (pass.cursor === null) this.on.listedAll(scope, pass.ids);
      else if (pass.pages >= MOST_PAGES) this.#giveUp(pass);
      return true;
    };
    const refused = (why) => {
      this.#giveUp(pass);
      this.on.refused(scope, why);
    };
    this.calls.get("/api/transfer", query, answer, refused);
  }

  /** The next pass begins anew. */
  #giveUp(pass) {
    pass.cursor = null;
    return false;
  }

  #lookAt(id) {
    const answer = (document) => {
      const shown = fromRest(document);
      if (shown === null) return false;
      this.asked.delete(id);
      this.on.looked(id, shown);
      return true;
    };
    const refused = () => {
      this.asked.delete(id);
      this.on.looked(id, null);
    };
    this.calls.get(`/api/transfer/${encodeURIComponent(id)}`, {}, answer, refused);
  }
}

function slower(plan) {
  return plan.isHidden ? HIDDEN_SLOWDOWN : 1;
}
