// A browser's parts around the session: workers, tabs and the API's answers, without a page.

const channels = new Set();

class Channel extends EventTarget {
  constructor() {
    super();
    channels.add(this);
  }

  postMessage(data) {
    for (const each of channels) {
      if (each !== this) each.dispatchEvent(Object.assign(new Event("message"), { data }));
    }
  }
}

/** Before the session's modules are loaded. */
export function install() {
  globalThis.BroadcastChannel = Channel;
  globalThis.addEventListener = () => {};
  globalThis.navigator ??= {}; // not there before Node 21
  const stored = new Map();
  globalThis.sessionStorage = {
    getItem: (name) => stored.get(name) ?? null,
    setItem: (name, text) => stored.set(name, String(text)),
    removeItem: (name) => stored.delete(name),
  };
}

/** The API: each call waits until the test answers it. */
export class Desk {
  calls = [];
  #waiting = [];

  fetch = (address, { method, headers, body }) =>
    new Promise((answer, fail) => {
      const { pathname } = new URL(address);
      const call = {
        path: pathname,
        method,
        bearer: headers.Authorization ?? null,
        body: body && JSON.parse(body),
        answer: (status, document) =>
          answer(new Response(JSON.stringify(document), { status, headers: { "Content-Type": "application/json" } })),
        fail: () => fail(new TypeError("Failed to fetch")),
      };
      this.calls.push(call);
      this.#waiting.splice(0).forEach((look) => look());
    });

  /** The next call of `path` that nobody took yet. */
  async take(path) {
    for (;;) {
      const at = this.calls.findIndex((each) => each.path === path && !each.taken);
      if (at >= 0) return Object.assign(this.calls[at], { taken: true });
      await new Promise((look) => this.#waiting.push(look));
    }
  }
}

/** Lets all that waits for nothing outside run. */
export function settled() {
  return new Promise((done) => setTimeout(done, 0));
}
