// The session of one page: nothing of one user's reaches the next one who signs in there.

import assert from "node:assert/strict";
import test from "node:test";
import { Desk, install, settled } from "./session-world.js";

install();
const { createApi } = await import("../../web/static/app/api/client.js");
const { session } = await import("../../web/static/app/session/session.js");

const desk = new Desk();
const waits = [];
const wait = () => new Promise((done) => waits.push(done));
const api = createApi({ base: "http://api.test", session, fetch: desk.fetch, wait });
await session.start(api);

const me = (user) => ({ user, roles: ["user"], session: {} });
const tokens = (name) => ({
  access_token: `${name}-access`,
  refresh_token: `${name}-refresh`,
  expires_in_seconds: 3600,
  session_expires_at: "2026-11-27T00:00:00Z",
});

async function signIn(user) {
  const done = session.signIn(user, "password");
  (await desk.take("/api/login")).answer(200, tokens(user));
  (await desk.take("/api/me")).answer(200, me(user));
  await done;
}

async function signOut() {
  const done = session.signOut();
  (await desk.take("/api/logout")).answer(200, {});
  await done;
}

/** What a call comes to: its document, or its error's name. */
const outcome = (call) => call.then((document) => document, (error) => error.name);

test("a refresh that is answered late does not put the next user into the first one's session", async () => {
  await signIn("ada");
  const call = outcome(api.get("/api/destinations"));
  (await desk.take("/api/destinations")).answer(401, {});
  const refresh = await desk.take("/api/refresh");
  await session.over(); // as the stream may say it
  await signIn("bob");
  refresh.answer(200, tokens("ada-again"));
  assert.equal(await call, "SignedOut");
  assert.equal(await session.token(), "bob-access");
  await signOut();
});

test("a refresh that is refused late does not end the next user's session", async () => {
  await signIn("ada");
  const call = outcome(api.get("/api/destinations"));
  (await desk.take("/api/destinations")).answer(401, {});
  const refresh = await desk.take("/api/refresh");
  await session.over();
  await signIn("bob");
  refresh.answer(401, { code: "token_refused" });
  assert.equal(await call, "SignedOut");
  assert.equal(session.state.value, "signed-in");
  await signOut();
});

for (const [what, status] of [["slowed down", 429], ["refused", 401]]) {
  test(`a call that was ${what} is not sent again as the next user`, async () => {
    await signIn("ada");
    const call = outcome(api.post("/api/transfer/t-1/cancel"));
    const first = await desk.take("/api/transfer/t-1/cancel");
    if (status === 429) {
      first.answer(429, {});
      await settled();
    }
    await signOut();
    await signIn("bob");
    if (status === 401) first.answer(401, {});
    waits.splice(0).forEach((done) => done());
    assert.equal(await call, "SignedOut");
    const sent = desk.calls.filter(({ path, bearer }) => path.endsWith("/cancel") && bearer === "Bearer bob-access");
    assert.equal(sent.length, 0);
    await signOut();
  });
}

test("an answer that comes after the next user signed in is nobody's", async () => {
  await signIn("ada");
  const read = outcome(api.get("/api/users"));
  const lost = outcome(api.post("/api/transfer/t-2/pause"));
  const late = await desk.take("/api/users");
  const gone = await desk.take("/api/transfer/t-2/pause");
  await signOut();
  await signIn("bob");
  late.answer(200, { users: ["ada's"] });
  gone.fail();
  assert.equal(await read, "SignedOut");
  assert.equal(await lost, "SignedOut");
  await signOut();
});

test("a login whose user cannot be read leaves nothing behind", async () => {
  const done = outcome(session.signIn("ada", "password"));
  (await desk.take("/api/login")).answer(200, tokens("ada"));
  (await desk.take("/api/me")).answer(200, "<html>");
  assert.equal(await done, "Unreachable");
  await assert.rejects(session.token(), { name: "SignedOut" });
  assert.equal(session.state.value, "signed-out");
});

test("a call that is refused with a new token, too, leads to the login", async () => {
  await signIn("ada");
  const call = outcome(api.get("/api/destinations"));
  (await desk.take("/api/destinations")).answer(401, {});
  (await desk.take("/api/refresh")).answer(200, tokens("ada-2"));
  (await desk.take("/api/destinations")).answer(401, {});
  assert.equal(await call, "SignedOut");
  assert.equal(session.state.value, "signed-out");
});

test("who waits for a 429 themselves is told of it at once", async () => {
  await signIn("ada");
  const call = outcome(api.post("/api/transfer/t-3/retry", { patient: false }));
  (await desk.take("/api/transfer/t-3/retry")).answer(429, {});
  assert.equal(await call, "ApiProblem");
  assert.equal(waits.length, 0);
  await signOut();
});

test("who signs out is told so, also where the stream says first that the session is over", async () => {
  await signIn("ada");
  const done = session.signOut();
  const logout = await desk.take("/api/logout");
  session.over();
  assert.equal(session.reason.value, "signed-out");
  logout.answer(200, {});
  await done;
  await signIn("ada");
  session.over();
  assert.equal(session.reason.value, "over");
});
