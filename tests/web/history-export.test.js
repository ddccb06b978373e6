// The history as a file: whole, under one header, and never half a file that looks whole.

import assert from "node:assert/strict";
import test from "node:test";
import {
  createExport,
  nextCursor,
  recordsIn,
} from "../../web/static/app/screens/history/export.js";

const HEADER = "id,key\r\n";
const stop = new AbortController();
const heard = { signal: stop.signal, onPage: () => {} };
const unpaced = (load) => load;

/** Answers by the cursor: [text or document, cursor of the next one, kind] */
function api(answers, type = "text/csv; charset=utf-8; header=present") {
  return {
    asked: [],
    async call(method, path, { query }) {
      this.asked.push(query);
      const answer = answers[query.cursor ?? ""];
      if (answer instanceof Error) throw answer;
      const [document, next] = answer;
      const headers = new Headers({ "Content-Type": type });
      if (next) headers.set("Link", `<?format=csv&cursor=${encodeURIComponent(next)}>; rel="next"`);
      return { document, headers };
    },
  };
}

const textOf = async (file) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await file.blob().arrayBuffer());

test("pages become one CSV file with one header, also where a page has no rows", async () => {
  const pages = {
    "": [`${HEADER}1,"a\r\nb ""x"""\r\n`, "a+b="],
    "a+b=": [HEADER, "c"],
    c: [`${HEADER}2,c\r\n`, null],
  };
  const calls = api(pages);
  const file = createExport("csv", calls, { status: "failed" }, unpaced);
  await file.run(heard);
  assert.equal(await textOf(file), `\ufeff${HEADER}1,"a\r\nb ""x"""\r\n2,c\r\n`);
  assert.deepEqual([file.rows, file.complete], [2, true]);
  assert.deepEqual(calls.asked[1], { status: "failed", format: "csv", limit: 1_000, cursor: "a+b=" });
});

test("an export that broke off goes on where it was, and doubles nothing", async () => {
  const pages = { "": [`${HEADER}1,a\r\n`, "x"], x: new Error("gone") };
  const file = createExport("csv", api(pages), {}, unpaced);
  await assert.rejects(file.run(heard), /gone/);
  assert.deepEqual([file.rows, file.complete], [1, false]);
  pages.x = [`${HEADER}2,b\r\n`, null];
  await file.run(heard);
  assert.equal(await textOf(file), `\ufeff${HEADER}1,a\r\n2,b\r\n`);
});

for (const [what, second] of [
  ["other columns", "id\r\n2\r\n"],
  ["a page of somebody else", "<html>"],
]) {
  test(`${what} half-way are an error`, async () => {
    const pages = { "": [`${HEADER}1,a\r\n`, "x"], x: [second, null] };
    await assert.rejects(createExport("csv", api(pages), {}, unpaced).run(heard));
  });
}

test("an answer of another kind is no page", async () => {
  const calls = api({ "": [`${HEADER}1,a\r\n`, null] }, "text/html");
  await assert.rejects(createExport("csv", calls, {}, unpaced).run(heard));
});

test("JSON is one document of ASCII that says whether it is whole", async () => {
  const pages = {
    "": [{ transfers: [{ id: "1" }, { id: "ü\u202e" }], cursor: "x" }],
    x: [{ transfers: [], cursor: "y" }],
    y: [{ transfers: [{ id: "3" }], cursor: null }],
  };
  const file = createExport("json", api(pages), {}, unpaced);
  await file.run(heard);
  const text = await textOf(file);
  assert.match(text, /^[\x00-\x7e]*$/);
  assert.deepEqual(JSON.parse(text), {
    transfers: [{ id: "1" }, { id: "ü\u202e" }, { id: "3" }],
    complete: true,
  });
});

test("what is kept of a broken export says that it is not whole", async () => {
  const pages = { "": [{ transfers: [{ id: "1" }], cursor: "x" }], x: new Error("gone") };
  const file = createExport("json", api(pages), {}, unpaced);
  await assert.rejects(file.run(heard));
  assert.deepEqual(JSON.parse(await textOf(file)), { transfers: [{ id: "1" }], complete: false });
});

test("an export that is stopped adds nothing more", async () => {
  const own = new AbortController();
  const file = createExport("csv", api({ "": [`${HEADER}1,a\r\n`, "x"] }), {}, unpaced);
  own.abort();
  await assert.rejects(file.run({ signal: own.signal, onPage: () => {} }), { name: "AbortError" });
  assert.equal(file.rows, 0);
});

test("rows are counted, not lines", () => {
  assert.equal(recordsIn('1,"a\r\nb"\r\n2,"""\n"""\r\n'), 2);
  assert.equal(recordsIn(""), 0);
});

test("the next page is read from Link", () => {
  assert.equal(nextCursor('<?limit=5&cursor=a%2Bb%3D>; rel="next"'), "a+b=");
  assert.equal(nextCursor(null), null);
  assert.equal(nextCursor("<https://evil.example/>; rel=prev"), null);
});
