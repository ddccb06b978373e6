// What stays as it is while somebody acts: the order, the selection, and what may be done.

import assert from "node:assert/strict";
import test from "node:test";
import { failedBefore, together } from "../../web/static/app/transfers/failed_before.js";
import { nextOrder, withFresh } from "../../web/static/app/screens/queue/order.js";
import { mayDo } from "../../web/static/app/screens/queue/permissions.js";
import { newsOf } from "../../web/static/app/transfers/news.js";
import { NOTHING, allOf, ranged, toggled } from "../../web/static/app/screens/queue/selection.js";
import { at, failure, iso, shown } from "./queue-world.js";

const all = () => true;

test("a kept order neither moves a row nor lets one in, and counts what is new", () => {
  const before = nextOrder(null, { key: "k", ids: ["a", "b", "c"] }, false, all);
  const kept = nextOrder(before, { key: "k", ids: ["new", "c", "a"] }, true, all);
  assert.deepEqual(kept.ids, ["a", "b", "c"]); // b has left this tab, and stays to be seen
  assert.deepEqual(kept.fresh, ["new"]);
  assert.deepEqual(withFresh(kept), { key: "k", ids: ["new", "a", "b", "c"], fresh: [] });
  assert.deepEqual(nextOrder(kept, { key: "k", ids: ["new", "c", "a"] }, false, all).ids, ["new", "c", "a"]);
});

test("a row that is not known any more goes, and another list is never kept", () => {
  const before = { key: "k", ids: ["a", "b"], fresh: [] };
  assert.deepEqual(nextOrder(before, { key: "k", ids: [] }, true, (id) => id !== "a").ids, ["b"]);
  assert.deepEqual(nextOrder(before, { key: "other", ids: ["x"] }, true, all).ids, ["x"]);
});

test("a range follows its anchor: it selects, or takes the selection away", () => {
  const order = ["a", "b", "c", "d"];
  const one = toggled(NOTHING, "b");
  const range = ranged(one, "d", order);
  assert.deepEqual([...range.ids].sort(), ["b", "c", "d"]);
  const off = ranged(toggled(range, "d"), "c", order);
  assert.deepEqual([...off.ids], ["b"]);
  assert.deepEqual([...ranged(NOTHING, "c", order).ids], ["c"]);
  assert.equal(allOf(order).ids.size, 4);
  assert.equal(NOTHING.ids.size, 0);
});

test("buttons are those that the state and the roles allow", () => {
  const owner = { user: "jane.doe", roles: ["user"] };
  const operator = { user: "olga", roles: ["operator"] };
  const admin = { user: "root", roles: ["admin"] };
  const auditor = { user: "jane.doe", roles: ["auditor"] };
  const failed = shown("a", { status: "failed" });
  assert.ok(mayDo("pause", shown("a"), owner));
  assert.ok(mayDo("cancel", shown("a", { status: "verifying" }), operator));
  assert.ok(mayDo("retry", failed, operator));
  assert.ok(!mayDo("retry", shown("a", { status: "cancelled" }), operator));
  assert.ok(!mayDo("pause", shown("a", { status: "verifying" }), owner));
  assert.ok(!mayDo("cancel", shown("a", { status: "committing" }), owner));
  assert.ok(!mayDo("pause", shown("a"), admin)); // admins see, operators steer
  assert.ok(!mayDo("retry", failed, auditor)); // may not send any more
  assert.ok(mayDo("cancel", shown("a"), auditor));
});

test("failed ones are asked for page by page, to a limit that is told", async () => {
  const view = (id) => ({
    ...{ id, status: "failed", owner: "jane.doe", label: null, run: 1, destination_id: "acme" },
    ...{ source: { bucket: "b", key: "k", version_id: null }, target_path: "k", final_path: null },
    ...{ if_exists: "fail", verify: "checksum", strategy: null, size_bytes: 1, source_checksum: null },
    ...{ requested_at: iso(), updated_at: iso(), started_at: null, finished_at: iso() },
    ...{ failure: failure("timed_out"), receipt: null },
  });
  const asked = [];
  const pages = { none: { transfers: [view("a")], cursor: "2" }, 2: { transfers: [], cursor: "3" }, 3: { transfers: [view("b")], cursor: null } };
  const get = async (path, { query }) => {
    if (path === "/api/destinations") return { destinations: [{ id: "acme", name: "ACME Bank" }], cursor: null };
    asked.push(query);
    return pages[query.cursor ?? "none"];
  };
  const found = await failedBefore({ get }, "all", at(), null);
  assert.deepEqual(found.rows.map(({ id }) => id), ["a", "b"]);
  assert.equal(found.rows[0].destination.name, "ACME Bank");
  assert.equal(found.complete, true);
  assert.deepEqual([asked[0].owner, asked[0].status], ["*", "failed"]);
  const endless = async (path, { query }) => ({ transfers: [], cursor: `${query.cursor ?? ""}x` });
  assert.equal((await failedBefore({ get: endless }, "mine", at(), null)).complete, false);
});

test("what was retried does not come back as failed when the live list forgets it", () => {
  const failed = [shown("a", { status: "failed" }), shown("b", { status: "failed" })];
  const over = new Set();
  const again = new Map([["a", shown("a", { run: 2 })]]);
  assert.deepEqual([...together(again, failed, over)].map(([id, each]) => [id, each.status]), [["a", "moving"], ["b", "failed"]]);
  assert.deepEqual([...together(new Map(), failed, over).keys()], ["b"]);
});

test("ends are told to those who cannot see them, and nothing else is", () => {
  const rows = (status) => new Map(["a", "b"].map((id) => [id, shown(id, { status })]));
  assert.equal(newsOf(rows("moving"), rows("moving")), "");
  assert.equal(newsOf(rows("moving"), rows("completed")), "2 transfers completed.");
  assert.equal(newsOf(new Map([["a", shown("a")]]), rows("failed")), "a.csv failed.");
  assert.equal(newsOf(rows("requested"), rows("moving")), "");
});
