import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, MOST_OBJECTS, differs, readForm, sendQuery, sendable, writeForm } from "../../web/static/app/screens/send/form.js";

const read = (query) => readForm(new URLSearchParams(query));
const FULL = {
  bucket: "exports",
  prefix: "2026/11/",
  keys: ["2026/11/a&b=c.csv", "2026/11/\u202e <i>.csv"],
  destination: "acme",
  target: "in/x y",
  if_exists: "replace",
  verify: "readback",
  label: "Q3 & Q4",
};

test("a form comes back from the address as it was written", () => {
  const { text, whole } = writeForm(FULL);
  assert.equal(whole, true);
  assert.deepEqual(readForm(new URLSearchParams({ send: text })), FULL);
});

test("an empty form is written, too, and is empty again", () => {
  assert.deepEqual(read(`send=${writeForm(EMPTY).text}`), { ...EMPTY, keys: [] });
});

test("addresses that people write name the fields beside send=1", () => {
  const form = read("send=1&bucket=exports&key=a/b.csv&destination=acme&label=x");
  assert.deepEqual([form.bucket, form.keys, form.prefix, form.destination, form.label], ["exports", ["a/b.csv"], "a/", "acme", "x"]);
});

test("filters of the screen below are no part of the form that a button opens", () => {
  assert.equal(read("send=new&destination=acme&label=x").destination, "");
});

test("what cannot be right is left out", () => {
  const form = read("send=1&bucket=../secrets&key=k&destination=../x&if_exists=delete&verify=none&label=" + "l".repeat(65));
  assert.deepEqual(form, { ...EMPTY, keys: [] });
  assert.deepEqual(read("send=1&bucket=exports&key=&key=folder/&key=" + "k".repeat(1025)).keys, []);
  assert.equal(read(`send=1&bucket=exports&target=${"t".repeat(4096)}`).target, "");
});

test("an address names at most so many objects as are sent at once, each once", () => {
  const keys = Array.from({ length: MOST_OBJECTS + 9 }, (_, at) => `key=k${at % (MOST_OBJECTS + 5)}`);
  assert.equal(read(`send=1&bucket=exports&${keys.join("&")}`).keys.length, MOST_OBJECTS);
});

test("a choice that is too long for an address stays out of it, and that is told", () => {
  const { text, whole } = writeForm({ ...FULL, keys: Array.from({ length: 200 }, (_, at) => `folder/file-${at}.csv`) });
  assert.equal(whole, false);
  assert.deepEqual(read(`send=${encodeURIComponent(text)}`), { ...FULL, keys: [] });
});

test("looking around in buckets is nothing that could be lost", () => {
  assert.equal(differs({ ...EMPTY, bucket: "exports", prefix: "a/" }, EMPTY), false);
  assert.equal(differs({ ...EMPTY, keys: ["a"] }, EMPTY), true);
});

test("a link to the dialog leaves out what is not known", () => {
  assert.equal(sendQuery({}), "new");
  assert.equal(sendQuery({ destination: "acme", key: null, label: "" }), "destination=acme");
});

test("a key is measured in bytes", () => {
  assert.equal(sendable("ü".repeat(512)), true);
  assert.equal(sendable("ü".repeat(513)), false);
});
