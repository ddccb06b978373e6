import assert from "node:assert/strict";
import test from "node:test";
import { collect } from "../../web/static/app/api/pages.js";

const items = (number) => Array.from({ length: number }, (_, at) => at);

function list(pageOf) {
  let calls = 0;
  const get = async (_, { query }) => {
    calls += 1;
    assert.ok(calls < 1_000, "it never ends");
    return pageOf(query.cursor, calls);
  };
  return collect({ get }, "/api/things", "things", {}, { most: 10 });
}

test("a list that goes round is cut, and said to be cut", async () => {
  assert.equal((await list(() => ({ things: [], cursor: "a" }))).complete, false);
  assert.equal((await list((cursor) => ({ things: [], cursor: cursor === "a" ? "b" : "a" }))).complete, false);
  assert.equal((await list((_, calls) => ({ things: [], cursor: `c${calls}` }))).complete, false);
});

test("a list is complete with as many items as fit, and not with more", async () => {
  assert.deepEqual(await list(() => ({ things: items(10), cursor: null })), { items: items(10), complete: true });
  assert.deepEqual(await list(() => ({ things: items(11), cursor: null })), { items: items(10), complete: false });
  assert.equal((await list(() => ({ things: items(10), cursor: "a" }))).complete, false);
});

test("empty pages are not the end", async () => {
  const found = await list((cursor) => (cursor ? { things: [1], cursor: null } : { things: [], cursor: "a" }));
  assert.deepEqual(found, { items: [1], complete: true });
});

test("what is no page is not an empty list", async () => {
  for (const page of [null, {}, { things: null }, "x"]) {
    await assert.rejects(list(() => page), { name: "Unreachable" });
  }
});
