// One conversation with the agent: what was said, what is being written, and what is to be sent.

import { batch, computed, signal } from "../../lib.js";
import { SignedOut } from "../../api/problem.js";
import { collect } from "../../api/pages.js";
import { answer, chat, message } from "./fields.js";
import { reading } from "../../live/reading.js";
import { lengthOf, MOST_CHARACTERS } from "./words.js";
import { toolOf, withPiece } from "./pieces.js";

const LOOK_AGAIN_MS = 3_000; // while an answer is written that another tab, or an earlier page, asked for
const WATCHED_WITHIN_MS = 1_500; // what a new conversation waits at most until pieces can come
const PAGE = 200; // messages
const MOST_MESSAGES = 10_000;

/** @returns {Promise<{chat: object, messages: object[], isCut: boolean}>} */
export async function readChat(api, id, signal) {
  let told = null;
  const get = async (path, options) => {
    const page = await api.get(path, options);
    told = reading(chat, page?.conversation);
    return page;
  };
  const options = { most: MOST_MESSAGES, signal };
  const found = await collect({ get }, pathOf(id), "messages", { limit: PAGE }, options);
  return { chat: told, messages: found.items.map((each) => reading(message, each)), isCut: !found.complete };
}

function pathOf(id, rest = "") {
  return `/api/agent/conversations/${encodeURIComponent(id)}${rest}`;
}

let made = 0;

export class Chat {
  /** What the service told of it, or null: it is not begun yet. */
  conversation = signal(null);
  messages = signal([]);
  /** There are more than can be read. */
  isCut = signal(false);
  /** Why it could not be read. */
  error = signal(null);
  isLoading = signal(false);
  /** What the user types. It stays when another conversation is looked at. */
  draft = signal("");
  /** The text that is on its way, or null. */
  sending = signal(null);
  /** Why the last message got no answer. */
  refusal = signal(null);
  isStopping = signal(false);
  pieces = signal(null);
  isAnswering = computed(() => this.sending.value !== null || this.conversation.value?.state === "answering");
  tool = computed(() => toolOf(this.pieces.value));

  /**
   * @param {{api: object, clock: object, watch(id: string,
   *   hear: (piece: object) => void, isWatched: () => void): () => void,
   *   proposals: import("./proposals.js").Proposals, begun(chat: Chat): void,
   *   answered(told: object, pieces: object | null): void, refused(): void, newKey(): string}} parts
   * @param {string | null} id
   */
  constructor(parts, id) {
    Object.assign(this, parts);
    this.id = id;
    this.number = made += 1; // tells chats without an id apart
    this.over = new Set(); // turns of which pieces may still come
    this.tried = null; // the message whose answer was lost: {text, key}
    this.endWatch = this.cancelLook = null;
    this.isWatched = () => {};
    this.reads = 0;
    this.isRead = id === null; // all that was said before is known
  }

  get mayBeSent() {
    const length = lengthOf(this.draft.value.trim());
    return length > 0 && length <= MOST_CHARACTERS && !this.isAnswering.value;
  }

  /** Somebody looks at it from now on. */
  open() {
    this.isOpen = true;
    if (!this.id) return;
    this.endWatch ??= this.watch(this.id, (piece) => this.#heard(piece), () => this.isWatched());
    if (this.sending.peek() === null) this.read();
  }

  close() {
    this.isOpen = false;
    this.endWatch?.();
    this.cancelLook?.();
    this.endWatch = this.cancelLook = null;
  }

  async read() {
    this.isLoading.value = true;
    try {
      await this.#read();
      this.error.value = null;
    } catch (error) {
      if (!(error instanceof SignedOut)) this.error.value = error;
    } finally {
      this.isLoading.value = false;
    }
    this.#lookAgain();
  }

  async send() {
    if (!this.mayBeSent) return;
    const text = this.draft.peek().trim();
    batch(() => {
      this.sending.value = text;
      this.draft.value = "";
      this.refusal.value = null;
      this.pieces.value = null;
    });
    this.reads += 1; // what is being read is older than this
    if (this.tried?.text !== text) this.tried = { text, key: this.newKey() };
    try {
      if (!this.id) await this.#begin(this.tried.key);
      const headers = { "Idempotency-Key": this.tried.key };
      const told = await this.api.post(pathOf(this.id, "/messages"), { body: { text }, headers });
      this.#answered(reading(answer, told), text);
    } catch (error) {
      if (!(error instanceof SignedOut)) await this.#refused(error, text);
    } finally {
      this.isStopping.value = false;
      this.sending.value = null;
      if (this.isRead || !this.id) this.#lookAgain();
      else this.read(); // it was sent before the rest was read
    }
  }

  async stop() {
    if (!this.id || this.isStopping.peek()) return;
    this.isStopping.value = true;
    try {
      const told = reading(chat, await this.api.post(pathOf(this.id, "/stop")));
      if (this.sending.peek() === null) this.#adopt(told);
    } catch (error) {
      this.isStopping.value = false;
      if (!(error instanceof SignedOut)) this.refusal.value = error;
    }
  }

  async #begin(key) {
    const headers = { "Idempotency-Key": key };
    const told = await this.api.post("/api/agent/conversations", { body: {}, headers });
    this.conversation.value = reading(chat, told);
    this.id = this.conversation.value.id;
    this.begun(this);
    const watched = new Promise((done) => (this.isWatched = done));
    if (!this.isOpen) return;
    this.open();
    await Promise.race([watched, new Promise((done) => this.clock.after(WATCHED_WITHIN_MS, done))]);
  }

  #answered(told, text) {
    const { pieces } = this;
    const said = { number: told.message.number - 1, by: "user", text, at: told.message.at, looked_at: [] };
    const before = this.messages.value.filter((each) => each.number < said.number);
    const heard = pieces.value;
    this.proposals.reloadOpen(this.id); // what was open before is superseded
    if (told.proposal) this.proposals.put(told.proposal);
    this.tried = null;
    batch(() => {
      this.error.value = null;
      this.messages.value = [...before, said, told.message];
      this.#adopt(told.conversation);
    });
    this.#end([told.message]);
    this.answered(told, heard);
  }

  /** Nothing that was typed is lost, and nothing is said twice. */
  async #refused(error, text) {
    const before = this.messages.peek().length;
    try {
      if (this.id) await this.#read();
    } catch {
      // what went wrong first is told
    }
    const isTaken = this.messages.peek().slice(before).some((each) => each.by === "user" && each.text === text);
    batch(() => {
      if (isTaken) this.tried = null;
      else if (!this.draft.peek()) this.draft.value = text;
      this.refusal.value = isTaken ? null : error;
    });
    this.refused(); // the agent may be off since
  }

  async #read() {
    this.reads += 1;
    const mine = this.reads;
    const { chat: told, messages, isCut } = await readChat(this.api, this.id);
    if (mine !== this.reads) return;
    this.isRead = true;
    batch(() => {
      this.#end(messages);
      this.messages.value = messages;
      this.isCut.value = isCut;
      this.#adopt(told);
    });
  }

  #adopt(told) {
    this.conversation.value = told;
    if (told.state === "answering") return;
    this.isStopping.value = false;
    if (this.pieces.peek()) this.over.add(this.pieces.peek().turn);
    this.pieces.value = null;
  }

  /** Pieces of these answers that come late are nothing new. */
  #end(messages) {
    for (const { turn_id } of messages) if (turn_id) this.over.add(turn_id);
    if (this.over.has(this.pieces.peek()?.turn)) this.pieces.value = null;
  }

  #heard(piece) {
    if (this.over.has(piece.turn_id)) return;
    const isNew = this.pieces.peek()?.turn !== piece.turn_id;
    this.pieces.value = withPiece(this.pieces.peek(), piece);
    if (this.sending.peek() !== null) return; // the answer of the call tells the rest
    if (piece.ended || (isNew && !this.isAnswering.peek())) this.read();
  }

  /** Nobody tells this page of the end for certain: pieces may be lost. */
  #lookAgain() {
    this.cancelLook?.();
    this.cancelLook = null;
    if (!this.isOpen || this.sending.peek() !== null || !this.isAnswering.peek()) return;
    this.cancelLook = this.clock.after(LOOK_AGAIN_MS, () => this.read());
  }
}
