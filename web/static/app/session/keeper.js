// Hands the session from page to page, in memory: to the page after a reload, and to other tabs.
//
// The service worker (/keeper.js) holds it while a page reloads. Open tabs tell each other through
// a BroadcastChannel. Nothing is ever written into storage.

const ANSWER_MS = 400; // a worker that has to be started takes some 50
const TABS_MS = 60; // a tab that is awake answers within some; the others wait for the worker
const KEPT_MS = 60_000; // after a page has gone

/**
 * @typedef {object} Tokens
 * @property {string} access
 * @property {string} refresh
 * @property {number} freshUntil when to get another access token, in ms of Date.now()
 * @property {string} endsAt when the session ends, as the API says it
 * @property {string} family the login that they come from
 * @property {number} generation grows with each refresh: of two, the larger one is valid
 */

/** @param {{heard(tokens: Tokens): void, signedOut(family: string, why: string): void, active(): void, own(): Tokens | null}} page */
export async function openKeeper(page) {
  const channel = new BroadcastChannel("fileferry-session");
  const answers = new Set();
  channel.addEventListener("message", ({ data }) => {
    if (data?.kind === "session") {
      for (const answer of answers) answer(data.session);
      page.heard(data.session);
    } else if (data?.kind === "signed-out") page.signedOut(data.family, data.why);
    else if (data?.kind === "active") page.active();
    else if (data?.kind === "ask" && page.own()) {
      channel.postMessage({ kind: "session", session: page.own() });
    }
  });
  const worker = await registered();
  addEventListener("pagehide", () => keep(page.own()));

  function keep(session) {
    if (!session) return;
    const until = Date.now() + KEPT_MS;
    worker?.()?.postMessage({ kind: "keep", session, until, generation: session.generation });
  }

  return {
    /** The newest session that anybody has, or null. `family`: of that login, and of no other one. */
    async ask(family = null) {
      const told = [askTabs(channel, answers, family)];
      if (worker?.()) told.push(askWorker(worker(), family));
      return (await Promise.all(told)).reduce(newer, null);
    },
    told(session) {
      keep(session);
      channel.postMessage({ kind: "session", session });
    },
    forget(family, why) {
      worker?.()?.postMessage({ kind: "forget", family });
      channel.postMessage({ kind: "signed-out", family, why });
    },
    active() {
      channel.postMessage({ kind: "active" });
    },
  };
}

/** Of two sessions the one whose tokens are newer. */
export function newer(one, other) {
  if (!one || !other) return one ?? other;
  return other.generation > one.generation ? other : one;
}

/** A function that gives the worker, or null where there can be none (private windows). */
async function registered() {
  try {
    const registration = await navigator.serviceWorker.register(trusted("/keeper.js"));
    return () => registration.active ?? registration.waiting ?? registration.installing;
  } catch {
    return null; // a reload asks for a new login then
  }
}

const policy = globalThis.trustedTypes?.createPolicy("fileferry", {
  createScriptURL(url) {
    if (url !== "/keeper.js") throw new TypeError("There is one worker.");
    return url;
  },
});

function trusted(url) {
  return policy ? policy.createScriptURL(url) : url;
}

function askWorker(worker, family) {
  return new Promise((answer) => {
    const { port1, port2 } = new MessageChannel();
    const late = setTimeout(() => answer(null), ANSWER_MS);
    port1.onmessage = ({ data }) => {
      clearTimeout(late);
      answer(data?.session ?? null);
    };
    worker.postMessage({ kind: "ask", family }, [port2]);
  });
}

function askTabs(channel, answers, family) {
  return new Promise((done) => {
    const end = (session) => {
      answers.delete(answer);
      done(session);
    };
    const answer = (session) => {
      if (family === null || session?.family === family) end(session ?? null);
    };
    answers.add(answer);
    channel.postMessage({ kind: "ask" });
    setTimeout(end, TABS_MS, null);
  });
}
