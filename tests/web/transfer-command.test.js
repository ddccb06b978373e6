// Commands to copy: a shell that runs them passes exactly the names that were meant.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { quoted, sendCommand, watchCommand } from "../../web/static/app/screens/transfer/quoting.js";

const NAMES = [
  "plain/name.csv", "with blank", "", "it's", "a\"b", "$HOME `id` $(id)", "a\\b\\", "x;rm -rf ~", "~root", "*?[a]{b,c}",
  "-rf", "--label", "a\nb", "tab\there", "bell\u0007\u001b[31mred", "'; $(id) #\n'", "wow!! !$ !x\u200b!y'\\", "<script>alert(1)</script>",
  "javascript:alert(1)", "Größe Umsätze", "日本語.txt", "\u202egnp.exe", "zero\u200bwidth", "\u00a0nbsp", "👩‍👩‍👧", "\u{e0001}tag", "a\r\n", "#x", "x&y|z<w>v",
  "%s%n\\x41\\n", "\\0101 \u00018", "\u0085next", "=zsh", "a=b",
];

function random(seed) {
  let state = seed;
  return () => ((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31);
}

function* manyNames() {
  yield* NAMES;
  const next = random(12);
  const letters = [..."abc '\"\\$`!~*#&|;<>(){}[]?=%@\n\t\r\u0001\u001b\u007f\u0085\u200b\u202eäß日😀012"];
  for (let each = 0; each < 600; each += 1) {
    const length = 1 + Math.floor(next() * 14);
    yield Array.from({ length }, () => letters[Math.floor(next() * letters.length)]).join("");
  }
}

function argumentsOf(line, shell = "bash") {
  const program = `set -- ${line}\nprintf '%s\\0' "$@"`;
  const { stdout, status, stderr } = spawnSync(shell, ["-c", program], { env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" } });
  assert.equal(status, 0, String(stderr));
  return stdout.toString("utf8").split("\0").slice(0, -1);
}

const hasBash = spawnSync("bash", ["-c", "true"]).status === 0;

test("bash reads every name as it was", { skip: !hasBash && "there is no bash" }, () => {
  const names = [...manyNames()];
  assert.deepEqual(argumentsOf(names.map(quoted).join(" ")), names);
});

test("what is read on the screen holds nothing that does not show", () => {
  for (const name of manyNames()) assert.doesNotMatch(quoted(name), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0]/u);
});

test("what no argument can hold has no command", () => {
  assert.equal(quoted("a\0b"), null);
  assert.equal(quoted("\ud800"), null);
  assert.equal(sendCommand(view({ label: "a\0" })), null);
});

function view(changes = {}) {
  return {
    source: { bucket: "acme-exports", key: "2026/it's.csv", version_id: null },
    destination_id: "acme",
    target_path: "in/it's.csv",
    if_exists: "keep_both",
    verify: "readback",
    label: null,
    ...changes,
  };
}

test("a command says all that the transfer was asked for", { skip: !hasBash && "there is no bash" }, () => {
  const plain = ["fileferry", "send", "s3://acme-exports/2026/it's.csv", "acme:in/it's.csv", "--if-exists=keep_both", "--verify=readback"];
  assert.deepEqual(argumentsOf(sendCommand(view())), plain);
  const source = { bucket: "b", key: "/k", version_id: "-v.1" };
  const more = sendCommand(view({ source, label: "-x y" }));
  assert.deepEqual(argumentsOf(more).slice(2), ["s3://b//k", "acme:in/it's.csv", "--if-exists=keep_both", "--verify=readback", "--version-id=-v.1", "--label=-x y"]);
  assert.equal(watchCommand("468fdc01cba1c02efe51"), "fileferry watch 468fdc01cba1c02efe51");
});
