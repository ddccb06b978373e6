// Two users in two tabs of one browser: each tab stays with its own login, also over a reload.

import assert from "node:assert/strict";
import test from "node:test";
import { install } from "./session-world.js";

install();
const { openKeeper } = await import("../../web/static/app/session/keeper.js");

const tokens = (family, generation) => ({ family, generation, access: `${family}-${generation}` });
const tab = (own) => openKeeper({ own: () => own, heard() {}, signedOut() {}, active() {} });

test("of the tabs that answer the one of the same login is heard", async () => {
  await tab(tokens("ada", 1));
  await tab(tokens("bob", 2));
  const own = await tab(null);
  assert.equal((await own.ask("ada")).access, "ada-1");
  assert.equal((await own.ask("bob")).access, "bob-2");
  assert.equal(await own.ask("eve"), null);
  assert.notEqual(await own.ask(), null); // a new tab takes what there is
});

test("the worker keeps each login, for as long as it was told", async () => {
  let hear = null;
  globalThis.self = { addEventListener: (name, fn) => name === "message" && (hear = fn) };
  await import("../../web/keeper.js");
  const say = (data) => {
    let answer;
    hear({ data, ports: [{ postMessage: (said) => (answer = said) }] });
    return answer;
  };
  const keep = (session, ms = 60_000) =>
    say({ kind: "keep", session, until: Date.now() + ms, generation: session.generation });
  keep(tokens("ada", 5));
  keep(tokens("bob", 2));
  keep(tokens("ada", 4)); // a tab that was late
  assert.equal(say({ kind: "ask", family: "ada" }).session.access, "ada-5");
  assert.equal(say({ kind: "ask", family: "bob" }).session.access, "bob-2");
  assert.equal(say({ kind: "ask", family: null }).session.access, "ada-5");
  say({ kind: "forget", family: "ada" });
  assert.equal(say({ kind: "ask", family: "ada" }), null);
  assert.equal(say({ kind: "ask" }).session.access, "bob-2");
  keep(tokens("bob", 3), -1);
  assert.equal(say({ kind: "ask" }), null);
});

test("other tabs hear why a login is over", async () => {
  const heard = [];
  const own = { own: () => null, heard() {}, signedOut: (...said) => heard.push(said), active() {} };
  await openKeeper(own);
  (await tab(null)).forget("ada", "idle");
  assert.deepEqual(heard, [["ada", "idle"]]);
});
