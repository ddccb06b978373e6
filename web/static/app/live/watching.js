// The parts that follow what one session watches, put together. Another session gets new ones.

import { Beat } from "./beat.js";
import { Board } from "./board.js";
import { Calls } from "./calls.js";
import { Chats } from "./chats.js";
import { Follower } from "./follower.js";
import { Hearing } from "./hearing.js";
import { Known } from "./known.js";
import { Looks } from "./looks.js";
import { PACE } from "./pace.js";
import { onWake } from "./wakes.js";
import { Watches } from "./watches.js";

export class Watching {
  /**
   * @param {object} parts those of createLive
   * @param {{link: object, silence: object, beat: object, outdated: object}} signals to write
   * @param {(isTold: boolean) => void} signedOut the session is over; `isTold`: and knows that
   */
  constructor(parts, signals, signedOut) {
    const { clock } = parts;
    this.clock = clock;
    this.page = parts.page;
    this.isOver = false;
    this.cancelTick = null;
    this.board = new Board(clock);
    this.detailed = new Set();
    this.known = new Known((id) => this.hearing.isAsked(id));
    this.watches = this.#madeWatches(parts);
    this.chats = new Chats({
      opened: (chat) => this.#opened({ chat }),
      closed: (chat) => this.#closed({ chat }),
    });
    const { board, watches, known, detailed } = this;
    const ask = (id) => this.looks.ask(id);
    this.hearing = new Hearing({ board, watches, known, detailed, ask });
    this.calls = this.#madeCalls(parts, signedOut);
    this.looks = this.#madeLooks();
    this.follower = new Follower({
      open: { api: parts.api, WebSocket: parts.WebSocket },
      clock,
      random: parts.random,
      watches,
      chats: this.chats,
      hearing: this.hearing,
      known,
      detailed,
      link: signals.link,
      outdated: signals.outdated,
      signedOut,
    });
    this.beat = new Beat({ board, watches, clock, signals });
    this.endWakes = onWake(parts.page, () => this.follower.wake());
  }

  /** Everything ends. Screens that still close their watches change nothing. */
  close() {
    this.isOver = true;
    this.cancelTick?.();
    this.endWakes();
    this.follower.stop();
    this.calls.close();
    this.watches.close();
  }

  #madeWatches({ clock, user }) {
    return new Watches({
      board: this.board,
      clock,
      user,
      opened: (watch) => this.#opened(watch),
      closed: (watch) => this.#closed(watch),
      dropped: (id) => {
        this.hearing.forget(id);
        this.looks.forget(id);
      },
    });
  }

  #madeCalls({ api, clock }, signedOut) {
    const reached = () => this.follower.reached();
    const unreachable = () => this.follower.unreachable();
    return new Calls({ api, clock, on: { reached, unreachable, signedOut } });
  }

  #madeLooks() {
    const { calls, clock, hearing, watches } = this;
    const on = {
      looked: (id, shown) => hearing.looked(id, shown),
      listed: (shown, scope) => hearing.listed(shown, scope),
      listedAll: (scope, ids) => hearing.listedAll(scope, ids),
      refused: (scope, why) => watches.refuse(scope, why),
    };
    return new Looks({ calls, clock, on });
  }

  #opened(watch) {
    if (this.isOver) return;
    // The REST API answers sooner, and knows all that there is to say of old ones.
    if (watch.id && !this.board.shown.has(watch.id)) this.looks.ask(watch.id);
    const isFirst = !watch.chat && this.watches.size === 1;
    if (this.cancelTick === null || isFirst) this.board.heard(); // of what nobody asked for before
    this.cancelTick ??= this.clock.after(0, () => this.#tick());
    this.follower.watch(watch);
  }

  #closed(watch) {
    if (this.isOver) return;
    if (watch.id) {
      this.looks.forget(watch.id);
      this.detailed.delete(watch.id);
      this.known.forgetChunks(watch.id); // a list does not tell of them
    }
    this.follower.unwatch(watch);
  }

  #tick() {
    this.cancelTick = null;
    if (!this.watches.any && !this.chats.any) {
      this.beat.show();
      return;
    }
    const isHidden = this.page?.document.hidden ?? false;
    this.follower.tick(this.board.moving.size > 0);
    this.looks.turn(this.#plan(isHidden));
    this.beat.turn();
    if (this.isOver) return; // who is told of a change may have ended it
    this.cancelTick = this.clock.after(isHidden ? PACE.hiddenTick : PACE.tick, () => this.#tick());
  }

  /** @returns {import("./looks.js").Plan} */
  #plan(isHidden) {
    const { isPolling } = this.follower;
    const lists = isPolling ? [...this.watches.lists.values()] : [];
    return {
      scopes: lists.filter((list) => list.refused.peek() === null).map((list) => list.scope),
      singles: () => this.hearing.singlesToLookAt(isPolling),
      members: () => this.hearing.membersToLookAt(isPolling),
      isHidden,
    };
  }
}
