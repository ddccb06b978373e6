// Follows what is watched: by the stream, and by looking where there is none.

import { Conversation } from "./conversation.js";
import { StreamFailed } from "./failures.js";
import { TOO_NEW, readMessage } from "./messages.js";
import { PACE, backoff } from "./pace.js";
import { Stream } from "./stream.js";

const BLOCKED_AFTER = 2; // connections in a row that told nothing, while the REST API answers
const FIRST_LOOKS = 5; // transfers that are looked at while there is no connection
const TOO_LARGE = 1009; // close code: a frame of ours was too large, and would be again

export class Follower {
  /**
   * @param {{open: object, clock: object, random: () => number, watches: object, chats: object, hearing: object,
   *   known: object, detailed: Set<string>, link: object, outdated: object,
   *   signedOut(isTold: boolean): void}} parts `open`: {api, WebSocket}; `link` and `outdated` are
   *   signals
   */
  constructor(parts) {
    Object.assign(this, parts);
    this.stream = null;
    this.talk = null;
    this.cancelRetry = null;
    this.isPolling = false;
    this.isBare = false;
    this.failures = 0;
    this.useless = 0; // connections that told nothing
    this.triedAt = -Infinity;
  }

  get #any() {
    return this.watches.any || this.chats.any;
  }

  /** There is something to watch. */
  watch(watch) {
    if (this.talk) this.#guarded(() => this.talk.watch(watch));
    else if (this.stream === null && this.cancelRetry === null) this.#connect();
  }

  unwatch(watch) {
    if (!this.#any) this.stop();
    else if (this.talk) this.#guarded(() => this.talk.unwatch(watch));
  }

  /** Nobody watches any more. */
  stop() {
    this.cancelRetry?.();
    this.stream?.close();
    this.stream = this.talk = this.cancelRetry = null;
    this.useless = 0;
    this.link.value = "idle";
  }

  /** Something has changed about the machine's network, or somebody looks at the page again. */
  wake() {
    if (this.talk) this.#guarded(() => this.talk.probe());
    if (this.cancelRetry === null || this.clock.now() - this.triedAt < PACE.wakeGap) return;
    this.failures = 0;
    this.cancelRetry();
    this.#connect();
  }

  tick(moving) {
    if (this.talk) this.#guarded(() => this.talk.tick(moving));
  }

  /** The REST API has answered. */
  reached() {
    if (this.isPolling) this.link.value = "polling";
  }

  /** The REST API has not answered. */
  unreachable() {
    if (this.link.value === "stream") this.hearing.believeTheStream();
    else if (!["idle", "opening"].includes(this.link.value)) this.link.value = "lost";
  }

  #connect() {
    this.cancelRetry = null;
    this.triedAt = this.clock.now();
    if (this.link.value === "idle") this.link.value = "opening";
    this.useless += 1; // until it has told something
    const within = this.isPolling ? PACE.answerWithin : PACE.openWithin;
    this.stream = new Stream({
      ...this.open,
      clock: this.clock,
      within,
      on: {
        open: () => this.#guarded(() => this.#begin()),
        frame: (data) => this.#guarded(() => this.#heard(data)),
        end: (failure) => this.#ended(failure),
      },
    });
  }

  #begin() {
    const { watches, chats, known, detailed, clock, isBare } = this;
    const send = (message) => this.stream.send(message);
    this.talk = new Conversation({ send, watches, chats, known, detailed, clock, isBare });
  }

  #heard(data) {
    this.talk.heard();
    const message = readMessage(data);
    if (message === TOO_NEW) this.outdated.value = true;
    if (message === null || message === TOO_NEW) return;
    if (message.type === "error" && message.closing) this.#closing(message);
    else this.#take(message);
  }

  #take(message) {
    const question = this.talk.questionOf(message);
    this.hearing.take(message, question);
    if (message.type === "answer") this.chats.hear(message);
    const chat = this.talk.chatOf(message);
    if (chat) this.chats.told(chat);
    const isComplete = this.talk.took(message, question);
    const isOnlyAlive = message.type === "pong" && this.talk.isProven;
    if (isComplete || isOnlyAlive) this.useless = 0;
    if (isComplete && message.type !== "error") this.hearing.answered(question);
    if (!this.talk.isProven) return;
    this.isPolling = this.isBare = false;
    this.link.value = "stream";
  }

  #closing(message) {
    if (message.code === "session_over") this.signedOut(false);
    else throw new StreamFailed(message.code);
  }

  #ended(failure) {
    this.stream = this.talk = null;
    if (failure.kind === "signed-out") {
      this.signedOut(failure.isTold);
      return;
    }
    const isUnreachable = failure.kind === "unreachable";
    if (isUnreachable) this.useless -= 1;
    const wasGood = this.useless === 0 && this.clock.now() - this.triedAt >= PACE.lasting;
    this.failures = wasGood && !isUnreachable ? 0 : this.failures + 1;
    this.isPolling ||= this.useless >= BLOCKED_AFTER;
    this.isBare = failure.code === TOO_LARGE;
    this.link.value = this.isPolling && !isUnreachable ? "polling" : "lost";
    if (!this.isPolling) {
      this.hearing.singlesToLookAt(true).slice(0, FIRST_LOOKS).forEach(this.hearing.ask);
    }
    const wait = this.isPolling ? PACE.streamAgain : backoff(this.failures, this.random);
    const longer = Math.max(wait, failure.retryMs ?? 0);
    this.cancelRetry = this.clock.after(longer, () => this.#connect());
  }

  #guarded(act) {
    try {
      act();
    } catch (error) {
      if (!(error instanceof StreamFailed)) throw error;
      this.stream?.failed(error.message);
    }
  }
}
