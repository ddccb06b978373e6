import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY } from "../../web/static/app/screens/send/form.js";
import { allToggled, chosenOf, crumbs, joined, shownText, toggled, total } from "../../web/static/app/screens/send/listing.js";
import { nextAt } from "../../web/static/app/screens/send/moving.js";
import { commonFolder, targetPaths, wholePath } from "../../web/static/app/screens/send/targets.js";
import { commandFor, missing, whatWillHappen } from "../../web/static/app/screens/send/words.js";
import { readiness } from "../../web/static/app/transfers/readiness.js";

const ME = { roles: ["user"], grants: { destinations: ["acme"] } };
const ACME = { id: "acme", name: "ACME Bank", base_path: "/upload", has_password: true, has_key: false, host_keys: [{}], profile: { read: true }, delivery: "atomic", create_folders: false };
const said = (sentences) => sentences.map((parts) => parts.map((each) => each.name ?? each).join(""));
const paths = (keys, typed) => [...targetPaths(keys, typed).values()];

test("one object gets the name that was typed, or its own below a folder", () => {
  assert.deepEqual(paths(["a/b.csv"], ""), ["b.csv"]);
  assert.deepEqual(paths(["a/b.csv"], "in/c.csv"), ["in/c.csv"]);
  assert.deepEqual(paths(["a/b.csv"], "/in/"), ["in/b.csv"]);
});

test("several objects go into a folder and never get one name", () => {
  assert.deepEqual(paths(["x/a/r.csv", "x/b/r.csv"], "in"), ["in/a/r.csv", "in/b/r.csv"]);
  assert.deepEqual(paths(["x/a.csv", "x/b.csv"], ""), ["a.csv", "b.csv"]);
});

test("folders in common are whole folders", () => {
  assert.equal(commonFolder(["ab/c", "abc/d"]), "");
  assert.equal(commonFolder(["a/b/c", "a/b/d/e"]), "a/b/");
});

test("a whole path is the base path with the target", () => {
  assert.equal(wholePath("/", "x"), "/x");
  assert.equal(wholePath(".", "x"), "x");
  assert.equal(wholePath("up", "in/x"), "up/in/x");
});

test("the list says honestly how much it shows", () => {
  const files = Array.from({ length: 200 }, (_, at) => ({ key: `k${at}` }));
  assert.equal(shownText({ files, folders: [], cursor: "c" }), "200 objects are shown, there are more.");
  assert.equal(shownText({ files: [], folders: ["a/"], cursor: null }), "1 folder is all there is.");
  assert.equal(shownText({ files: [], folders: [], cursor: "c" }), "Nothing yet, but there is more.");
});

test("a page that leads to itself is the last one", () => {
  const page = { files: [], folders: ["a/"], cursor: "same" };
  assert.deepEqual(joined(page, page), { files: [], folders: ["a/"], cursor: null });
});

test("breadcrumbs lead up, also through empty names", () => {
  assert.deepEqual(crumbs("b", "x//y").map(({ prefix }) => prefix), ["", "x/", "x//"]);
});

test("all that is shown can be chosen, as far as there is room, and taken back", () => {
  const shown = Array.from({ length: 250 }, (_, at) => `k${at}`);
  const { keys, dropped } = allToggled(["other"], shown);
  assert.deepEqual([keys.length, dropped], [200, 51]);
  assert.deepEqual(toggled(keys, "one more"), keys);
  assert.deepEqual(allToggled(["other", "a"], ["a", "folder/"]).keys, ["other"]);
  assert.equal(chosenOf(["a"], ["a", "b"]), "some");
});

test("a sum says when a size is not known", () => {
  assert.deepEqual(total(["a", "b"], new Map([["a", 5], ["b", null]])), { bytes: 5, whole: false });
});

test("arrow keys stay within the list", () => {
  assert.deepEqual([nextAt("ArrowUp", 0, 3), nextAt("PageDown", 1, 3), nextAt("ArrowDown", -1, 3), nextAt("x", 0, 3)], [0, 2, 0, -1]);
});

test("why a partner cannot be sent to, and whom to ask", () => {
  assert.match(readiness({ ...ACME, id: "globex" }, ME).why, /no grant.*Ask an admin/);
  assert.match(readiness({ ...ACME, has_password: false }, ME).why, /No password or key/);
  assert.match(readiness({ ...ACME, host_keys: [] }, { ...ME, roles: ["admin"] }).why, /partner's page/);
  assert.deepEqual([readiness({ ...ACME, profile: null }, ME).can, readiness({ ...ACME, profile: null }, ME).short], [true, "not tested yet"]);
});

test("what will happen to one object", () => {
  const form = { ...EMPTY, bucket: "exports", keys: ["a/x.csv"], destination: "acme", target: "in/" };
  assert.deepEqual(said(whatWillHappen({ form, destination: ACME, sum: { bytes: 2_100_000_000, whole: true } })), [
    "s3://exports/a/x.csv (2.1 GB) goes to ACME Bank as /upload/in/x.csv.",
    "If there is a file with that name already, the transfer fails and that file stays as it is.",
    "It is compared with S3's checksum where S3 has one; every chunk is sampled.",
    "Folders that are missing there are not made: a transfer into one fails.",
  ]);
});

test("what will happen to several, and what the server cannot do", () => {
  const form = { ...EMPTY, bucket: "exports", keys: ["a/x", "b/y"], if_exists: "keep_both" };
  const destination = { ...ACME, base_path: ".", delivery: "direct", profile: { read: false }, create_folders: true };
  const told = said(whatWillHappen({ form, destination, sum: { bytes: 0, whole: false } }));
  assert.equal(told[0], "Sends 2 objects (size not known), 2 transfers, to ACME Bank into the folder where the login begins, with the folders that they are in.");
  assert.match(told.join(" "), /incomplete.*does not let us read/);
});

test("what is still missing is told in order", () => {
  const sizes = new Map([["gone", null]]);
  const lacks = (form, destination = null) => missing({ form: { ...EMPTY, ...form }, destination, destinations: { value: {} }, sizes, me: ME });
  assert.equal(lacks({}), "Choose a bucket.");
  assert.match(lacks({ bucket: "b", keys: ["gone"] }), /no such object/);
  assert.match(lacks({ bucket: "b", keys: ["a"], destination: "x" }), /no such partner/);
  assert.equal(lacks({ bucket: "b", keys: ["a"], destination: "acme" }, ACME), "");
});

test("a folder's name is no command", () => {
  const command = commandFor("exports", "a'; rm -rf ~; '", "acme");
  assert.ok(command.includes(`'s3://exports/a'\\''; rm -rf ~; '\\'''`));
  assert.ok(!commandFor("exports", "a\u001b\n", "acme").includes("\u001b"));
});
