// What is said on one open connection: subscriptions, what was missed, and pings.
//
// One question at a time. So an answer without details never overtakes one with them.

import { StreamFailed } from "./failures.js";
import { hasEnded } from "./shown.js";
import { MOST_SUBSCRIBES, PACE } from "./pace.js";

const MOST_IN_MESSAGE = 100; // transfers, and positions

/**
 * @typedef {object} Question
 * @property {string} request
 * @property {string[] | null} ids
 * @property {"mine" | "all" | null} scope
 * @property {Set<string>} told ids that the answer has told of so far
 * @property {Set<string>} named ids whose positions it gave
 */
export class Conversation {
  /**
   * @param {{send(message: object): void, watches: import("./watches.js").Watches,
   *   chats: import("./chats.js").Chats, known: import("./known.js").Known, detailed: Set<string>, clock: object,
   *   isBare?: boolean}} parts `isBare`: no positions, because a message was too large with them
   */
  constructor({ send, watches, chats, known, detailed, clock, isBare = false }) {
    Object.assign(this, { send, watches, known, detailed, clock, isBare });
    this.ids = new Set(watches.singles.keys()); // to be asked for; before the lists
    this.scopes = new Set(watches.lists.keys());
    this.first = new Set(); // ids whose positions a list's question gives first
    this.waiting = null;
    this.sent = []; // when the last questions were sent
    this.chatsAsked = new Map(); // by their requests
    this.number = 0;
    this.asked = new Map(); // id -> when it was asked for because something was missed
    this.askedAt = -Infinity;
    this.heardAt = clock.now();
    this.answeredAt = this.heardAt;
    this.pingedAt = null;
    for (const chat of chats.ids) this.watch({ chat });
    this.#askNext();
    if (this.isProven) this.probe(); // nothing was asked that is answered
  }

  /** Everything that was asked for was answered to the end. */
  get isProven() {
    return this.waiting === null && this.ids.size + this.scopes.size === 0;
  }

  watch({ id, scope, chat }) {
    if (chat) this.#askFor(chat);
    else if (scope) this.scopes.add(scope);
    else this.ids.add(id);
    this.#askNext();
  }

  /** Beside all questions about transfers: it is answered in a word, or not at all. */
  #askFor(chat) {
    this.number += 1;
    const request = `c${this.number}`;
    this.chatsAsked.set(request, chat);
    this.sent.push(this.clock.now());
    this.send({ action: "subscribe", conversation: chat, request_id: request });
  }

  /** @returns {string | null} the conversation with the agent whose question the message answers */
  chatOf(message) {
    const chat = this.chatsAsked.get(message.request_id) ?? null;
    this.chatsAsked.delete(message.request_id);
    return chat;
  }

  unwatch({ id, scope, chat }) {
    if (chat) {
      this.send({ action: "unsubscribe", conversation: chat });
      return;
    }
    this.ids.delete(id);
    this.scopes.delete(scope);
    this.send({ action: "unsubscribe", ...(scope ? { scope } : { transfers: [id] }) });
  }

  /** Anything is a sign of life. */
  heard() {
    this.heardAt = this.clock.now();
    this.pingedAt = null;
  }

  /** @returns {Question | null} the question that the message answers */
  questionOf(message) {
    const isAnswer = message.request_id !== null && message.request_id === this.waiting?.request;
    return isAnswer ? this.waiting : null;
  }

  /** After the message was taken in. @returns {boolean} whether it was the answer's last one */
  took(message, question) {
    if (question === null) return false;
    this.answeredAt = this.clock.now();
    if (message.more) return false;
    this.waiting = null;
    this.#askNext();
    return true;
  }

  /** Throws StreamFailed when nobody seems to be there. */
  tick(moving) {
    this.#keepAlive(moving);
    this.#expectAnswer();
    this.#askForMissed();
    this.#askNext();
  }

  /** Finds out at once whether the line is still there. */
  probe() {
    if (this.pingedAt !== null) return;
    this.pingedAt = this.clock.now();
    this.send({ action: "ping" });
  }

  #keepAlive(moving) {
    const now = this.clock.now();
    if (this.pingedAt !== null && now - this.pingedAt > PACE.answerWithin) {
      throw new StreamFailed("nothing was heard any more");
    }
    const heartbeat = moving ? PACE.heartbeatMoving : PACE.heartbeatQuiet;
    if (now - this.heardAt >= heartbeat) this.probe();
  }

  /** Answers come one after the other. Each of them is a reason to wait for the rest. */
  #expectAnswer() {
    if (this.waiting === null) return;
    const silent = this.clock.now() - Math.max(this.answeredAt, this.waiting.askedAt);
    if (silent > PACE.answerWithin) throw new StreamFailed("no answer to a subscription");
  }

  /**
   * Once for each transfer. The answer may be that nothing was missed. It is behind again only when
   * another message says so, and is not asked for at once then.
   */
  #askForMissed() {
    const now = this.clock.now();
    if (this.known.behind.size === 0 || now - this.askedAt < PACE.askGap) return;
    for (const [id, at] of this.asked) if (now - at > PACE.askAgainWithin) this.asked.delete(id);
    for (const id of this.known.behind) {
      if (this.asked.has(id)) continue;
      this.askedAt = now;
      this.asked.set(id, now);
      this.known.behind.delete(id);
      if (this.watches.singles.has(id)) this.ids.add(id);
      else this.#askLists(id);
    }
  }

  #askLists(id) {
    const lists = [...this.watches.lists.values()];
    const told = lists.find((list) => list.members.has(id)) ?? lists[0];
    if (!told) return;
    this.first.add(id);
    this.scopes.add(told.scope);
  }

  #askNext() {
    const now = this.clock.now();
    this.sent = this.sent.filter((at) => now - at < PACE.subscribesWithin);
    if (this.waiting !== null || this.sent.length >= MOST_SUBSCRIBES) return;
    const ids = [...this.ids].slice(0, MOST_IN_MESSAGE);
    const [scope] = this.scopes;
    if (ids.length > 0) this.#ask({ ids, scope: null }, this.#positionsOf(ids));
    else if (scope) this.#ask({ ids: null, scope }, this.#positionsIn(scope));
  }

  #ask({ ids, scope }, known) {
    this.number += 1;
    const request = `s${this.number}`;
    const named = new Set(known.map((each) => each.transfer_id));
    this.waiting = { request, ids, scope, told: new Set(), named, askedAt: this.clock.now() };
    this.sent.push(this.waiting.askedAt);
    for (const id of ids ?? []) this.ids.delete(id);
    this.scopes.delete(scope);
    const what = ids ? { transfers: ids } : { scope };
    this.send({ action: "subscribe", request_id: request, ...what, known });
  }

  /** Only what was told by id: what a list told has no details, and they would not be sent. */
  #positionsOf(ids) {
    return this.isBare ? [] : this.known.positions(ids.filter((id) => this.detailed.has(id)));
  }

  /** Of those that are behind first, then of those that change. The rest is sent whole. */
  #positionsIn(scope) {
    if (this.isBare) return [];
    const { board } = this.watches;
    const members = [...(this.watches.lists.get(scope)?.members ?? [])];
    const rank = (id) => {
      const shown = board.shown.get(id);
      return this.first.has(id) ? 0 : shown && !hasEnded(shown) ? 1 : 2;
    };
    const ranked = members.map((id) => [rank(id), id]).sort(([one], [other]) => one - other);
    const positions = this.known.positions(ranked.map(([, id]) => id));
    this.first.clear();
    return positions.slice(0, MOST_IN_MESSAGE);
  }
}
