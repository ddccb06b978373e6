// What the panel works with: the agent's health, the conversations of the user, and the one shown.

import { signal } from "../../lib.js";
import { SignedOut } from "../../api/problem.js";
import { Chat } from "./chat.js";
import { chat, health } from "./fields.js";
import { reading } from "../../live/reading.js";
import { untold } from "./pieces.js";
import { Proposals } from "./proposals.js";

const PAGE = 20; // conversations
const MOST_KEPT = 20; // conversations whose drafts and answers are remembered
const OFF = "no_route"; // the answer of a FileFerry without this service

export class Desk {
  /** The chat that is shown, or null until one was found. */
  shown = signal(null);
  /** {status, model, tokens_left_today}, or null until it is known; `off` also where there is none. */
  health = signal(null);
  error = signal(null); // of reading the health
  /** The newest first; null until they were read. */
  list = signal(null);
  cursor = signal(null);
  listError = signal(null);
  isListing = signal(false);

  /**
   * @param {{api: object, live: object, clock: object, shownChat: object, say(text: string): void,
   *   newKey(): string}} parts `shownChat`: a signal, which outlives a reload
   */
  constructor({ api, live, clock, shownChat, say, newKey }) {
    Object.assign(this, { api, shownChat, say });
    this.parts = { api, clock, newKey, watch: (...given) => live.watchChat(...given) };
    this.begin();
  }

  /** Nothing is known. What the one who signs in next sees is nobody else's. */
  begin() {
    this.shown.peek()?.close();
    this.proposals = new Proposals(this.api);
    this.chats = new Map();
    this.started = null;
    for (const each of [this.shown, this.health, this.error, this.list, this.cursor, this.listError]) each.value = null;
  }

  /** The panel opens. */
  async open() {
    this.look();
    if (this.shown.peek()) {
      this.shown.peek().open();
      return;
    }
    const started = (this.started = {});
    if (this.shownChat.peek() === null) await this.readList();
    if (this.started !== started || this.shown.peek()) return;
    this.show(this.shownChat.peek() ?? this.#unfinished());
  }

  close() {
    this.started = null;
    this.shown.peek()?.close();
  }

  async look() {
    try {
      this.health.value = reading(health, await this.api.get("/api/agent/health"));
      this.error.value = null;
    } catch (error) {
      if (error instanceof SignedOut) return;
      if (error.code === OFF) this.health.value = { status: "off", model: null, tokens_left_today: 0 };
      else this.error.value = error;
    }
  }

  /** @param {string | null} id null: a new conversation */
  show(id) {
    this.shown.peek()?.close();
    this.shownChat.value = id;
    this.shown.value = this.#chatOf(id);
    this.shown.value.open();
  }

  async readList(cursor = null) {
    this.isListing.value = true;
    const { chats } = this;
    try {
      const page = await this.api.get("/api/agent/conversations", { query: { limit: PAGE, cursor } });
      const found = (page?.conversations ?? []).map((each) => reading(chat, each));
      if (this.chats !== chats) return; // of somebody else
      const before = cursor === null ? [] : this.list.peek();
      this.list.value = [...before, ...found];
      this.cursor.value = page.cursor ?? null;
      this.listError.value = null;
    } catch (error) {
      if (!(error instanceof SignedOut)) this.listError.value = error;
    } finally {
      this.isListing.value = false;
    }
  }

  /** One that is being answered, or that has something to be decided, is what its user waits for. */
  #unfinished() {
    const found = this.list.peek()?.find((each) => each.state === "answering" || each.open_proposal_id);
    return found?.id ?? null;
  }

  #chatOf(id) {
    const known = id && this.chats.get(id);
    if (known) return known;
    const { proposals } = this;
    const made = new Chat({
      ...this.parts,
      proposals,
      begun: (begun) => this.#begun(begun),
      answered: (told, pieces) => this.#answered(made, told, pieces),
      refused: () => this.look(),
    }, id);
    if (id) this.#keep(made);
    return made;
  }

  #begun(begun) {
    this.#keep(begun);
    if (this.shown.peek() === begun) this.shownChat.value = begun.id;
  }

  #keep(made) {
    this.chats.set(made.id, made);
    const [oldest] = this.chats.keys();
    if (this.chats.size > MOST_KEPT && !this.chats.get(oldest).isAnswering.peek()) this.chats.delete(oldest);
  }

  #answered(made, told, pieces) {
    if (this.health.peek()) this.health.value = { ...this.health.peek(), tokens_left_today: told.tokens_left_today };
    if (this.shown.peek() !== made || !made.isOpen) return;
    const waits = told.proposal?.state === "open" ? "A proposal waits for you." : "";
    this.say([untold(told.message.text, pieces), told.message.trouble?.message, waits].filter(Boolean).join(" "));
  }
}
