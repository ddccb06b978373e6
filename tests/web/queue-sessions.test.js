// Places in the line: asked seldom, for what is seen, and told only while they are known.

import assert from "node:assert/strict";
import test from "node:test";
import { createSessions, placeText } from "../../web/static/app/transfers/sessions.js";
import { Clock } from "./live-world.js";

const place = (position, transfer_id) => ({ position, kind: "lane", transfer_id, since: "", has_session: false });
const view = (more = {}) => ({ max_sessions: 2, in_use: 2, holders: [], waiting: 1, whole: true, line: [], ...more });

function world(answer = () => view()) {
  const clock = new Clock();
  const asked = [];
  const get = async (path) => {
    asked.push([clock.now(), path]);
    return answer(path);
  };
  return { clock, asked, sessions: createSessions({ get, clock }) };
}

test("one destination is asked for every ten seconds, however many rows want it", async () => {
  const { clock, asked, sessions } = world();
  const rows = [sessions.watch("acme"), sessions.watch("acme")];
  await clock.pass(35_000);
  assert.equal(asked.length, 4);
  assert.equal(rows[0].sessions.value.max_sessions, 2);
  for (const row of rows) row.close();
  await clock.pass(60_000);
  assert.equal(asked.length, 4);
});

test("many destinations take turns", async () => {
  const { clock, asked, sessions } = world();
  for (let at = 0; at < 20; at += 1) sessions.watch(`d-${at}`);
  await clock.pass(60_000);
  assert.ok(asked.length <= 18, `${asked.length}`);
  assert.equal(new Set(asked.map(([, path]) => path)).size, asked.length);
});

test("an old place is not kept when it cannot be asked for", async () => {
  let isDown = false;
  const { clock, sessions } = world(() => {
    if (isDown) throw Object.assign(new Error("down"), { status: 404, code: "destination_not_found" });
    return view();
  });
  const { sessions: seen } = sessions.watch("acme");
  await clock.pass(1_000);
  assert.ok(seen.value);
  isDown = true;
  await clock.pass(11_000);
  assert.equal(seen.value, null);
});

test("the sentence names the sessions and the place", () => {
  const line = [place(1, null), place(3, "t-1")];
  assert.equal(placeText(view({ line }), "ACME", "t-1"), "ACME allows 2 sessions, both busy; place 3 in line.");
  assert.equal(placeText(view({ max_sessions: 1, in_use: 1, line }), "N", "t-1"), "N allows 1 session, and it is busy; place 3 in line.");
  assert.equal(placeText(view({ max_sessions: 4, in_use: 1 }), "N", "x"), "N allows 4 sessions, 1 in use; not in line just now.");
  assert.match(placeText(view({ whole: false, waiting: 900 }), "N", "x"), /at least 900 wait/);
  assert.equal(placeText(null, "N", "x"), null);
});
