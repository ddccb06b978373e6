// Calls of the REST API, with the session's token, a limit of time and one answer to each 401.

import { ApiProblem, SignedOut, Unreachable } from "./problem.js";

const TIMEOUT_MS = 30_000; // API Gateway gives up after 29 s
const MAX_ANSWER_BYTES = 16 * 2 ** 20; // more than any page of a list
const TRIES_AFTER_429 = 4;
const LONGEST_PAUSE_MS = 30_000;
const GET_TRIES = 2; // reads are tried once more, because a connection may just have been closed

/**
 * Options of a call: `query`, `body`, `headers`, `signal`; `as` "text" for what is no JSON; `open`
 * for a call that needs no token; `patient` false for one whose 429 its caller waits for; `look` for
 * one that is answered by a redirect, which is not followed.
 *
 * A call belongs to the login that made it. Once that is over nothing is sent or answered any more:
 * the next user's token would serve it, and the next user's screens would show its answer.
 *
 * @param {{base: string, session: {family?: string | null, token(): Promise<string>,
 *   refused(token: string): Promise<void>, over?(): void},
 *   fetch?: typeof fetch, wait?: (ms: number) => Promise<void>}} parts
 */
export function createApi({ base, session, fetch = globalThis.fetch.bind(globalThis), wait = pause }) {
  /** @returns {Promise<{document: any, headers: Headers, status: number}>} */
  async function call(method, path, options = {}) {
    const whose = session.family;
    const check = () => {
      if (!options.open && session.family !== whose) throw new SignedOut();
    };
    let renewed = false;
    let slowed = 0;
    let lost = 0;
    for (;;) {
      const token = options.open ? null : await session.token();
      check();
      let answer;
      try {
        answer = await send(method, path, token, options);
      } catch (error) {
        check();
        lost += 1;
        if (options.signal?.aborted) throw error;
        if (method !== "GET" || lost >= GET_TRIES) throw error;
        continue;
      }
      if (answer.type === "opaqueredirect") return { document: null, headers: answer.headers };
      const read = answer.ok ? await documentOf(answer, options) : null;
      const problem = read ? null : await problemOf(answer);
      check();
      if (read) return read;
      if (problem.status === 401 && token !== null && !renewed) {
        renewed = true;
        await session.refused(token); // throws SignedOut where there is no other token to be had
      } else if (problem.status === 429 && !options.open && options.patient !== false && slowed < TRIES_AFTER_429) {
        slowed += 1;
        await wait(pauseAfter(problem, slowed));
        if (options.signal?.aborted) throw problem;
      } else if (problem.status === 401 && token !== null) {
        session.over?.(); // a new token is refused as well: there is nothing to go on with
        throw new SignedOut();
      } else {
        throw problem;
      }
    }
  }

  async function send(method, path, token, { query, body, headers, signal, look }) {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const request = {
      method,
      headers: { Accept: "application/json", ...headers },
      cache: "no-store",
      credentials: "omit",
      redirect: look ? "manual" : "error",
      referrerPolicy: "no-referrer",
      signal: signal ? anyOf(signal, limit) : limit,
    };
    if (token !== null) request.headers.Authorization = `Bearer ${token}`;
    if (body !== undefined) {
      request.headers["Content-Type"] = "application/json";
      request.body = JSON.stringify(body);
    }
    try {
      return await fetch(address(base, path, query), request);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Unreachable(error.name === "TimeoutError" ? "no answer in time" : "no connection");
    }
  }

  const body = async (...given) => (await call(...given)).document;
  return {
    call,
    get: (path, options) => body("GET", path, options),
    post: (path, options) => body("POST", path, options),
    patch: (path, options) => body("PATCH", path, options),
    delete: (path, options) => body("DELETE", path, options),
    /** An address for the browser itself, such as the one where single sign-on begins. */
    address: (path, query) => address(base, path, query),
  };
}

/** Never with a token: addresses are logged. Lists become the same parameter several times. */
export function address(base, path, query = {}) {
  const target = new URL(base.replace(/\/$/, "") + path);
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each != null && each !== "") target.searchParams.append(name, String(each));
    }
  }
  return target.href;
}

async function documentOf(answer, { as = "json" }) {
  const text = await bounded(answer);
  let document = null;
  if (as === "text") document = text;
  else if (text) {
    try {
      document = JSON.parse(text);
    } catch {
      throw new Unreachable("the answer is not FileFerry's");
    }
  }
  return { document, headers: answer.headers, status: answer.status };
}

async function problemOf(answer) {
  const seconds = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  let document = null;
  try {
    document = JSON.parse(await bounded(answer));
  } catch {
    // A proxy on the way answers with a page of its own. The status says enough.
  }
  return new ApiProblem(answer.status, document, Number.isFinite(seconds) ? seconds : null);
}

async function bounded(answer) {
  const length = Number(answer.headers.get("Content-Length") ?? 0);
  if (length > MAX_ANSWER_BYTES) throw new Unreachable("the answer is too long");
  let text;
  try {
    text = await answer.text();
  } catch {
    throw new Unreachable("the answer broke off");
  }
  if (text.length > MAX_ANSWER_BYTES) throw new Unreachable("the answer is too long");
  return text;
}

/** At random, so that the tabs of one user do not come back in the same moment. */
function pauseAfter(problem, times) {
  const told = (problem.retryAfterSeconds ?? 0) * 1000;
  return Math.min(LONGEST_PAUSE_MS, Math.max(told, 500 * 2 ** times) * (1 + Math.random() / 4));
}

function anyOf(...signals) {
  if (AbortSignal.any) return AbortSignal.any(signals);
  const either = new AbortController();
  for (const each of signals) {
    if (each.aborted) either.abort(each.reason);
    each.addEventListener("abort", () => either.abort(each.reason), { once: true });
  }
  return either.signal;
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
