// The world around the agent's chats: a REST API that a test answers, and pieces that it tells.

import { Proposals } from "../../web/static/app/screens/agent/proposals.js";
import { Chat } from "../../web/static/app/screens/agent/chat.js";
import { Clock, iso } from "./live-world.js";

export class Refused extends Error {
  constructor(status, code = "any") {
    super(code);
    Object.assign(this, { status, code, detail: code });
  }
}

export const said = (number, by = "agent", fields = {}) => ({
  number, by, text: `${by} ${number}`, at: iso(number), looked_at: [], proposal_id: null, trouble: null, ...fields,
});

export const conversation = (fields = {}) => ({
  id: "c-1", owner: "ada", title: "Send it", state: "idle", open_proposal_id: null, messages: 0,
  opened_at: iso(), updated_at: iso(), ...fields,
});

export const proposed = (fields = {}) => ({
  id: "p-1", conversation_id: "c-1", owner: "ada", kind: "start", state: "open", sentence: "Send it.",
  steps: [{ sentence: "Send it.", size_bytes: 5, result: null, failure: null }],
  lines: [{ label: "File", value: "a.csv" }], cautions: [], strategy: null, estimate: null,
  canonical: "{}", digest: "ab".repeat(32), made_at: iso(), expires_at: iso(900), decided_at: null,
  decided_by: null, failure: null, ...fields,
});

/** `answers` by "METHOD path": a document, an error, or a function of the call. */
export class AgentWorld {
  constructor(answers = {}) {
    this.answers = answers;
    this.calls = []; // [method, path, body, key]
    this.clock = new Clock();
    this.hearers = new Map();
    this.said = [];
    this.isWatched = true; // whether the service says so at once
    this.keys = 0;
    this.proposals = new Proposals(this.api);
  }

  get api() {
    const call = async (method, path, { body, headers = {} } = {}) => {
      this.calls.push([method, path, body, headers["Idempotency-Key"]]);
      const found = this.answers[`${method} ${path}`];
      const answer = typeof found === "function" ? await found(body) : found;
      if (answer === undefined) throw new Error(`nobody answers ${method} ${path}`);
      if (answer instanceof Error) throw answer;
      return structuredClone(answer);
    };
    return { get: (...given) => call("GET", ...given), post: (...given) => call("POST", ...given) };
  }

  chat(id = "c-1") {
    const watch = (chat, hear, isWatched) => {
      this.hearers.set(chat, hear);
      if (this.isWatched) isWatched();
      return () => this.hearers.delete(chat);
    };
    const newKey = () => `key-${(this.keys += 1)}`;
    const { api, clock, proposals } = this;
    const answered = (told) => this.said.push(told.message.text);
    return new Chat({ api, clock, proposals, watch, newKey, answered, begun: () => {}, refused: () => {} }, id);
  }

  /** A conversation that the service knows. */
  knows(messages, fields = {}) {
    this.answers["GET /api/agent/conversations/c-1"] = { conversation: conversation(fields), messages, cursor: null };
  }

  answersWith(message, fields = {}, proposal = null) {
    this.answers["POST /api/agent/conversations/c-1/messages"] = {
      conversation: conversation(fields), message, proposal, tokens_left_today: 100,
    };
  }

  tell(number, text, { turn_id = "t-1", tool = null, ended = false } = {}) {
    this.hearers.get("c-1")?.({ conversation_id: "c-1", turn_id, number, text, tool, ended });
  }

  callsTo(start) {
    return this.calls.filter(([method, path]) => `${method} ${path}`.startsWith(start));
  }
}

export function held() {
  let open;
  const gate = new Promise((done) => (open = done));
  return { gate, open };
}
