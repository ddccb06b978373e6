// Who is signed in. The tokens stay in memory, and are renewed before they run out.

import { computed, signal } from "../lib.js";
import { ApiProblem, SignedOut, Unreachable } from "../api/problem.js";
import { newer, openKeeper } from "./keeper.js";

const RENEW_BEFORE_MS = 60_000; // of an hour
const RENEW_TRIES = 3;
/** Which login a tab belongs to, also over a reload: another tab may be somebody else's. No secret. */
const FAMILY = "fileferry-login";

/** "starting", "signed-out" or "signed-in" */
const state = signal("starting");
/** Why the session ended, for the login: "idle", "over", "signed-out" or null */
const reason = signal(null);
/** The answer of GET /api/me, or null until it is known */
const me = signal(null);

let tokens = null; // keeper's Tokens
let renewal = null; // a promise while the tokens are renewed
let keeper = null;
let leaving = null; // why, while the logout is on its way: its end may be heard of before its answer
let calls = null; // the API, without a token: see `start`
let lastCallAt = 0;
const hears = new Set(); // what is told when somebody was active in another tab

export const session = {
  state,
  reason,
  me,
  roles: computed(() => me.value?.roles ?? []),
  /** May see everybody's transfers. */
  seesAll: computed(() => sees(me.value?.roles ?? [])),
  isAdmin: computed(() => (me.value?.roles ?? []).includes("admin")),
  /** May steer everybody's transfers. */
  isOperator: computed(() => (me.value?.roles ?? []).includes("operator")),
  get endsAt() {
    return tokens?.endsAt ?? null;
  },
  get lastCallAt() {
    return lastCallAt;
  },
  /** Names the login. Whoever signs in next in this page has another one; null while nobody has. */
  get family() {
    return tokens?.family ?? null;
  },

  /** Takes over the session of a reload or of another tab, if there is one. */
  async start(api) {
    calls = api;
    keeper ??= await openKeeper({
      heard: (told) => adopt(ours(told)),
      signedOut: (family, why = "signed-out") => family === tokens?.family && leave(why),
      active: () => hears.forEach((hear) => hear()),
      own: () => tokens,
    });
    const found = newer(tokens, await keeper.ask(ownLogin()));
    if (found) {
      adopt(found);
      try {
        await enter();
        return;
      } catch (error) {
        if (!(error instanceof SignedOut)) throw error; // it may still be good: try again
      }
    }
    adopt(null);
    state.value = "signed-out";
  },

  /** Raises ApiProblem (401 login_refused, 429) and Unreachable. */
  async signIn(user, password) {
    const body = { user, password, client: "console" };
    await signedIn(await calls.post("/api/login", { body, open: true }));
  },

  /** The end of single sign-on: the code that the address had, and the verifier of its challenge. */
  async redeem(code, verifier) {
    await signedIn(await calls.post("/api/login/sso", { body: { code, verifier }, open: true }));
  },

  /** Ends the session, here and in all tabs. `why`: "signed-out" or "idle". */
  async signOut(why = "signed-out") {
    if (state.value !== "signed-in") return;
    const { family } = session;
    leaving = why;
    const ended = calls.post("/api/logout").catch(() => null); // it is idle soon, and over then
    await Promise.race([ended, new Promise((done) => setTimeout(done, 2_000))]);
    leaving = null;
    if (session.family !== family) return; // over already, and somebody else may have come
    keeper.forget(family, why);
    leave(why);
  },

  /** An access token that is valid now. Raises SignedOut and Unreachable. */
  async token() {
    lastCallAt = Date.now();
    if (tokens === null) throw new SignedOut();
    if (Date.now() < tokens.freshUntil) return tokens.access;
    await renew(tokens.access);
    if (tokens === null) throw new SignedOut();
    return tokens.access;
  },

  /** The API refused this token: another one is got, once for all calls that were refused. */
  async refused(access) {
    await renew(access);
  },

  /** The service ended the session. */
  over() {
    const why = leaving ?? "over";
    keeper?.forget(tokens?.family, why);
    leave(why);
  },

  /** GET /api/me again: roles and grants may have changed. */
  async refreshMe() {
    me.value = await calls.get("/api/me");
  },

  tellActive() {
    keeper?.active();
  },
  onActive(hear) {
    hears.add(hear);
    return () => hears.delete(hear);
  },
};

function sees(roles) {
  return roles.some((role) => ["operator", "auditor", "admin"].includes(role));
}

async function signedIn(answer) {
  const own = tokensOf(answer, crypto.randomUUID());
  adopt(own);
  try {
    await enter();
  } catch (error) {
    if (tokens?.family === own.family) adopt(null); // nobody is told that this login succeeded
    throw error;
  }
  keeper.told(tokens);
}

async function enter() {
  const found = await calls.get("/api/me");
  if (typeof found?.user !== "string" || !Array.isArray(found.roles)) {
    throw new Unreachable("the answer is not FileFerry's");
  }
  me.value = found;
  reason.value = null;
  state.value = "signed-in";
}

function adopt(next) {
  tokens = next;
  try {
    if (next === null) sessionStorage.removeItem(FAMILY);
    else sessionStorage.setItem(FAMILY, next.family);
  } catch {
    // storage is blocked: a reload takes over whatever login it finds
  }
}

function ownLogin() {
  try {
    return sessionStorage.getItem(FAMILY);
  } catch {
    return null;
  }
}

/** The newer tokens of this session. Another tab may have signed in as somebody else. */
function ours(told) {
  return told?.family === tokens?.family ? newer(tokens, told) : tokens;
}

function leave(why) {
  if (state.value === "signed-out") return;
  adopt(null);
  me.value = null;
  reason.value = why;
  state.value = "signed-out";
}

function tokensOf(answer, family) {
  const seconds = Number(answer.expires_in_seconds);
  return Object.freeze({
    access: answer.access_token,
    refresh: answer.refresh_token,
    freshUntil: Date.now() + Math.max(seconds * 1000 - RENEW_BEFORE_MS, (seconds * 1000) / 2),
    endsAt: answer.session_expires_at,
    family,
    generation: Math.max(Date.now(), (tokens?.generation ?? 0) + 1),
  });
}

/** One renewal at a time, in this tab and in all tabs: a refresh token works once. */
function renew(refused) {
  renewal ??= locked(() => renewed(refused)).finally(() => {
    renewal = null;
  });
  return renewal;
}

function locked(work) {
  return navigator.locks ? navigator.locks.request("fileferry-refresh", work) : work();
}

async function renewed(refused) {
  if (tokens === null) throw new SignedOut();
  const known = ours(await keeper.ask(session.family)); // another tab may have done it meanwhile
  if (known === null) throw new SignedOut(); // this tab was signed out while it asked
  adopt(known);
  if (known.access !== refused && Date.now() < known.freshUntil) return;
  for (let tries = 1; ; tries += 1) {
    try {
      const body = { refresh_token: known.refresh };
      const answer = await calls.post("/api/refresh", { body, open: true });
      if (session.family !== known.family) throw new SignedOut(); // of this login, meanwhile
      adopt(tokensOf(answer, known.family));
      keeper.told(tokens);
      return;
    } catch (error) {
      if (session.family !== known.family) throw new SignedOut();
      if (error instanceof ApiProblem && error.status === 401) {
        session.over();
        throw new SignedOut();
      }
      const again = error instanceof ApiProblem && [409, 429, 503].includes(error.status);
      if (!again || tries >= RENEW_TRIES) throw error;
      await new Promise((done) => setTimeout(done, 500 * tries));
    }
  }
}
