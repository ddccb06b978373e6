// The world around the live client: a clock that advances by itself, a REST API and a WebSocket.

import { readFileSync, readdirSync } from "node:fs";
import { createLive } from "../../web/static/app/live/live.js";

const EXAMPLES = new URL("../../contracts/examples/websocket/", import.meta.url);

/** All published examples of a type of message, as [file, document]. */
export function examples(type) {
  const folder = new URL(`${type}.v1/`, EXAMPLES);
  return readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(new URL(name, folder)))]);
}

export class Clock {
  constructor() {
    this.time = 1_000;
    this.timers = [];
  }

  now() {
    return this.time;
  }

  after(ms, fn) {
    const timer = { at: this.time + ms, fn };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  }

  /** Everything that is due in that time happens, in order. */
  async pass(ms) {
    const until = this.time + ms;
    await settled();
    for (;;) {
      const [next] = this.timers.filter((each) => each.at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.time = Math.max(this.time, next.at);
      next.fn();
      await settled();
    }
    this.time = until;
  }
}

/** Promises that are ready have run. */
export async function settled() {
  for (let turn = 0; turn < 10; turn += 1) await null;
}

export const BEGIN = Date.UTC(2026, 10, 2, 12);
export const iso = (seconds = 0) => new Date(BEGIN + seconds * 1_000).toISOString();

export function transfer(id = "t-1", fields = {}) {
  return {
    transfer_id: id,
    epoch: "e1",
    seq: 1,
    owner: "ana",
    label: null,
    source: { bucket: "reports", key: "2026/november.csv", version_id: null, kind: null },
    destination: { id: "bank", name: "Bank", host: "bank.example", protocol: "sftp" },
    target_path: "in/november.csv",
    requested_at: iso(),
    status: "moving",
    run: 1,
    size_bytes: 1_000,
    bytes_done: 0,
    percent: 0,
    rate_bytes_per_second: 50,
    eta: { low_seconds: 19, high_seconds: 21, text: "20 s" },
    chunks: { total: 100, done: 0, proven: 0 },
    chunk_runs: "100w",
    files: null,
    lanes: 4,
    failure: null,
    receipt: null,
    started_at: iso(),
    finished_at: null,
    seen_at: iso(),
    ...fields,
  };
}

/** The REST API's view of the same. */
export function viewOf(live) {
  const { transfer_id, destination, seen_at, chunks, lanes, eta, chunk_runs, ...same } = live;
  return {
    ...same,
    id: transfer_id,
    destination_id: destination.id,
    final_path: null,
    updated_at: seen_at,
    eta_seconds: eta?.low_seconds ?? null,
    chunks: { ...chunks, open: chunks.total - chunks.done },
    lanes: Array.from({ length: lanes }, (_, number) => ({ number, state: "moving" })),
  };
}

export function summaryOf(live) {
  const { bytes_done, percent, rate_bytes_per_second, eta_seconds, chunks, lanes, ...row } =
    viewOf(live);
  return row;
}

export class Problem extends Error {
  constructor(status, retryAfterSeconds = null) {
    super(`HTTP ${status}`);
    Object.assign(this, { status, code: "any", detail: `HTTP ${status}`, retryAfterSeconds });
  }
}

/** What the live client lives in. Tests make it refuse, hang and break. */
export class World {
  constructor({ user = () => null } = {}) {
    this.clock = new Clock();
    this.states = new Map(); // what the REST API knows, as live transfers
    this.calls = []; // [ms, method, path, query]
    this.sockets = [];
    this.isBlocked = this.isDown = false;
    this.isHanging = false; // no call is answered
    this.isDead = false; // the line: nothing is answered any more
    this.refusal = this.listRefusal = null; // thrown by calls, and by those of lists
    this.ticketUrl = "ws://live.example/";
    this.sessionsOver = 0;
    this.page = new Page();
    this.live = createLive({
      api: this.api(),
      onSessionOver: () => (this.sessionsOver += 1),
      user,
      WebSocket: this.socketClass(),
      clock: this.clock,
      random: () => 0.5,
      page: this.page,
    });
  }

  api() {
    const answered = async (method, path, query, make) => {
      this.calls.push([this.clock.now(), method, path, query]);
      if (this.isHanging) return new Promise(() => {});
      if (this.isDown) throw new Error("no connection");
      if (this.refusal) throw this.refusal;
      return make();
    };
    return {
      get: (path, { query } = {}) => answered("GET", path, query, () => this.read(path, query)),
      post: (path) =>
        answered("POST", path, {}, () => ({
          url: this.ticketUrl,
          ticket: `ticket-${this.calls.length}`,
          expires_in_seconds: 30,
        })),
    };
  }

  read(path, query) {
    const open = [...this.states.values()].filter((each) => each.finished_at === null);
    if (path === "/api/transfer" && this.listRefusal) throw this.listRefusal;
    if (path === "/api/transfer") return this.page_(open, query);
    const found = this.states.get(decodeURIComponent(path.split("/").at(-1)));
    if (!found) throw new Problem(404);
    return viewOf(found);
  }

  page_(open, { limit, cursor }) {
    const from = Number(cursor ?? 0);
    const rows = open.slice(from, from + limit).map(summaryOf);
    return { transfers: rows, cursor: from + limit < open.length ? String(from + limit) : null };
  }

  socketClass() {
    const world = this;
    return class {
      constructor(url) {
        Object.assign(this, { url, sent: [], isClosed: false });
        world.sockets.push(this);
        const blocked = world.isBlocked;
        world.clock.after(5, () => (blocked ? this.onclose?.({ code: 1006 }) : this.onopen?.()));
      }

      send(text) {
        const message = JSON.parse(text);
        this.sent.push(message);
        if (message.action !== "ping") return;
        world.clock.after(2, () => world.isDead || world.tell("pong", {}, this));
      }

      close() {
        this.isClosed = true;
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  asked(action = "subscribe") {
    return this.socket.sent.filter((each) => each.action === action);
  }

  tell(type, fields, socket = this.socket) {
    const message = { version: 1, request_id: null, sent_at: iso(this.clock.now() / 1_000), type };
    socket.onmessage?.({ data: JSON.stringify({ ...message, ...fields }) });
  }

  /** Answers the last question with these transfers. */
  answer(...transfers) {
    const { request_id } = this.asked().at(-1);
    this.tell("snapshot", { request_id, transfers, more: false });
  }

  delta(id, seq, set, { base = seq - 1, ...more } = {}) {
    const change = { transfer_id: id, epoch: "e1", seq, base, set, chunk_changes: null, ...more };
    this.tell("delta", { changes: [change], recovered: false, more: false });
  }

  callsTo(start) {
    return this.calls.filter(([, method, path]) => `${method} ${path}`.startsWith(start));
  }

  pass(ms) {
    return this.clock.pass(ms);
  }
}

class Page extends EventTarget {
  constructor() {
    super();
    this.document = new EventTarget();
    this.document.hidden = false;
  }

  show(isShown) {
    this.document.hidden = !isShown;
    this.document.dispatchEvent(new Event("visibilitychange"));
  }
}
