// One WebSocket connection to FileFerry: opened with a fresh ticket, read frame by frame.

import { failureOf } from "./failures.js";

const OPEN = 1; // WebSocket.OPEN
const LONGEST_FRAME = 2 ** 20; // characters; the API sends at most an eighth of it

export class Stream {
  #on;
  #ticket = new AbortController();
  #socket = null;
  #isOver = false;
  #cancelLimit;

  /**
   * Opens a connection. Exactly one `end` comes and nothing after it, unless `close` was called.
   *
   * @param {{api: object, WebSocket: typeof globalThis.WebSocket, clock: object, within: number,
   *   on: {open(): void, frame(data: unknown): void, end(failure: object): void}}} parts
   *   a failure is one of failureOf (of the ticket), or {kind: "failed", reason, code}. It never
   *   tells the address, because the ticket stands in it
   */
  constructor({ api, WebSocket, clock, within, on }) {
    this.#on = on;
    this.#cancelLimit = clock.after(within, () => this.#end({ kind: "unreachable" }));
    const connect = (issued) => {
      if (this.#isOver) return;
      this.#cancelLimit();
      this.#cancelLimit = clock.after(within, () => this.failed("no answer in time"));
      this.#connect(WebSocket, issued);
    };
    api
      .post("/api/ws-ticket", { signal: this.#ticket.signal })
      .then(connect, (error) => this.#end(failureOf(error)));
  }

  send(message) {
    if (this.#socket.readyState > OPEN) return; // its end is about to be told
    this.#socket.send(JSON.stringify(message));
  }

  failed(reason, code = null) {
    this.#end({ kind: "failed", reason, code });
  }

  close() {
    this.#isOver = true;
    this.#cancelLimit();
    this.#ticket.abort();
    if (this.#socket === null) return;
    Object.assign(this.#socket, { onopen: null, onmessage: null, onclose: null });
    this.#socket.close();
  }

  #end(failure) {
    if (this.#isOver) return;
    this.close();
    this.#on.end(failure);
  }

  #connect(WebSocket, issued) {
    try {
      this.#socket = new WebSocket(addressOf(issued));
    } catch {
      this.failed("the ticket's address is not one to connect to");
      return;
    }
    this.#socket.onopen = () => {
      this.#cancelLimit();
      this.#on.open();
    };
    this.#socket.onmessage = ({ data }) => this.#heard(data);
    this.#socket.onclose = ({ code }) => this.failed(`closed with ${code}`, code);
  }

  #heard(data) {
    const isTooLong = typeof data === "string" && data.length > LONGEST_FRAME;
    if (isTooLong) this.failed("a frame is too long");
    else this.#on.frame(data);
  }
}

/** A browser refuses an address that is not encrypted where its page is. */
function addressOf({ url, ticket }) {
  const address = new URL(url);
  if (!/^wss?:$/.test(address.protocol) || typeof ticket !== "string") throw new TypeError();
  address.searchParams.set("ticket", ticket);
  return address.href;
}
