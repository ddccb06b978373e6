// One WebSocket connection to FileFerry: opened with a fresh ticket, read frame by frame.

import { failureOf } from "./failures.js";

const LONGEST_FRAME = 2 ** 20; // characters; the API sends at most an eighth of it

/**
 * Opens a connection. Exactly one `end` comes and nothing after it, unless `close` was called.
 *
 * @param {{api: object, WebSocket: typeof WebSocket, clock: object, within: number,
 *   on: {open(): void, frame(data: unknown): void, end(failure: object): void}}} parts
 *   a failure is one of failureOf (of the ticket), or {kind: "failed", reason, code}. It never tells
 *   the address, because the ticket stands in it
 */
export function openStream({ api, WebSocket, clock, within, on }) {
  const ticket = new AbortController();
  let socket = null;
  let isOver = false;
  let cancelLimit = clock.after(within, () => end({ kind: "unreachable" }));

  function end(failure) {
    if (isOver) return;
    close();
    on.end(failure);
  }

  function close() {
    isOver = true;
    cancelLimit();
    ticket.abort();
    if (socket) socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket?.close();
  }

  function failed(reason, code = null) {
    end({ kind: "failed", reason, code });
  }

  function connect(issued) {
    if (isOver) return;
    cancelLimit();
    cancelLimit = clock.after(within, () => failed("no answer in time"));
    try {
      socket = new WebSocket(addressOf(issued));
    } catch {
      failed("the ticket's address is not one to connect to");
      return;
    }
    socket.onopen = () => {
      cancelLimit();
      on.open();
    };
    socket.onmessage = ({ data }) => {
      const isTooLong = typeof data === "string" && data.length > LONGEST_FRAME;
      if (isTooLong) failed("a frame is too long");
      else on.frame(data);
    };
    socket.onclose = ({ code }) => failed(`closed with ${code}`, code);
  }

  api
    .post("/api/ws-ticket", { signal: ticket.signal })
    .then(connect, (error) => end(failureOf(error)));

  return {
    send: (document) => socket.send(JSON.stringify(document)),
    failed,
    close,
  };
}

/** A browser refuses an address that is not encrypted where its page is. */
function addressOf({ url, ticket }) {
  const address = new URL(url);
  if (!/^wss?:$/.test(address.protocol) || typeof ticket !== "string") throw new TypeError();
  address.searchParams.set("ticket", ticket);
  return address.href;
}
