import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiProblem } from "../../web/static/app/api/problem.js";
import { compared, counterpart, grouped, saysTheSame } from "../../web/static/app/screens/partners/fingerprints.js";
import { EMPTY, effects, formOf, patchOf, requestOf, wayChanges, wrongFields } from "../../web/static/app/screens/partners/partner_form.js";
import { byDay, byDestination, days, successText, total } from "../../web/static/app/screens/partners/period.js";
import { findings, measures, outcome, sessionsText, steps } from "../../web/static/app/screens/partners/probe_words.js";
import { isStale, wrongOf } from "../../web/static/app/screens/partners/refusal.js";

const KEY = { key: "ssh-ed25519 AAAA", fingerprint: "SHA256:nGwvxMc9Xi" };
const VIEW = { id: "acme", name: "ACME", host: "h", port: 22, user: "u", base_path: "/", max_sessions: 4, delivery: "atomic", create_folders: false, probe_writes: true, probe_name: null, has_password: true, has_key: false, host_keys: [KEY], profile: { read: true } };
const PROFILE = { software: "S", cipher: "c", round_trip_seconds: 0.0421, free_bytes: null, home: null, ...Object.fromEntries(["write_at_offset", "reopen", "rename", "atomic_replace", "exclusive", "overwrite", "shows_files", "tells_missing", "fsync", "remove", "set_times", "keeps_files"].map((name) => [name, true])), read: false };
const ROW = { day: "2026-11-26", destination_id: "acme", completed: 1, failed: 1, cancelled: 0, bytes: 5, seconds: 2, reasons: [] };

test("fingerprints are compared group by group, and letters count as they are", () => {
  assert.deepEqual(grouped("SHA256:abcdefghi"), ["SHA256", ["abcd", "efgh", "i"]]);
  const { groups, differing } = compared("SHA256:abcdefgh", "SHA256:abcdEfghi");
  assert.deepEqual(groups.map(({ same }) => same), [true, false, false]);
  assert.equal(differing, 2);
});

test("the old key beside a new one is of the same kind where there is one", () => {
  const rsa = { key: "ssh-rsa BBBB" };
  assert.equal(counterpart([rsa, KEY], { key: "ssh-ed25519 CCCC" }), KEY);
  assert.equal(counterpart([rsa], { key: "ssh-ed25519 CCCC" }), rsa);
  assert.equal(counterpart([], { key: "ssh-ed25519 CCCC" }), null);
});

test("what a partner told is the same with blanks and without its kind, but in no other letter", () => {
  assert.equal(saysTheSame(" sha256: nGwv xMc9 Xi= ", KEY), true);
  assert.equal(saysTheSame("SHA256:ngwvxmc9xi", KEY), false);
  assert.equal(saysTheSame(" ", { fingerprint: "SHA256:", key: "" }), false);
});

test("a partner may have told the whole key instead of its fingerprint", () => {
  assert.equal(saysTheSame("sftp.acme.example ssh-ed25519 AAAA root@acme\n", KEY), true);
  assert.equal(saysTheSame("ssh-ed25519 AAAB", KEY), false);
  assert.equal(saysTheSame("ssh-ed25519", KEY), false);
});

test("a patch has only what differs, and nothing of what was not touched", () => {
  const form = formOf(VIEW);
  assert.equal(patchOf(VIEW, form), null);
  assert.deepEqual(patchOf(VIEW, { ...form, port: "2222", password: " p " }), { port: 2222, password: " p " });
  assert.deepEqual(patchOf(VIEW, { ...form, host_keys: "" }), { host_keys: [] });
});

test("a request has no empty secrets, and its name is its id where none was given", () => {
  const body = requestOf({ ...EMPTY, id: "acme", host: "h", user: "u", password: "p" });
  assert.deepEqual([body.name, body.protocol, body.password, "private_key" in body, "probe_name" in body], ["acme", "sftp", "p", false, false]);
});

test("each protocol has its own words in a request, and a private key is for SFTP only", () => {
  const form = { ...EMPTY, id: "acme", host: "h", user: "u", password: "p", private_key: "k" };
  const ask = (way) => requestOf({ ...form, ...wayChanges(form, way) });
  assert.deepEqual([ask("sftp").protocol, ask("sftp").port, ask("sftp").private_key], ["sftp", 22, "k"]);
  const implicit = ask("ftps-implicit");
  assert.deepEqual([implicit.protocol, implicit.tls, implicit.port, "private_key" in implicit], ["ftps", "implicit", 990, false]);
  assert.deepEqual([ask("ftp").accepts_unencrypted_login, ask("ftps").tls, "tls" in ask("ftp")], [true, "explicit", false]);
  assert.equal(wayChanges({ ...form, port: "2121" }, "ftps").port, undefined);
});

test("an unencrypted login has to be accepted", () => {
  assert.deepEqual(Object.keys(wrongFields({ ...EMPTY, way: "ftp" })), ["accepts_unencrypted_login"]);
  assert.deepEqual(wrongFields({ ...EMPTY, way: "ftp", accepts_unencrypted_login: true }), {});
});

test("a certificate's fingerprint is the same with colons and in capitals", () => {
  const digits = "0123456789abcdef".repeat(4);
  const pin = { key: "tls-certificate-sha256 x", fingerprint: `SHA256:${digits}` };
  assert.equal(saysTheSame(`sha256 Fingerprint=${digits.toUpperCase().match(/../g).join(":")}`, pin), true);
  assert.equal(saysTheSame(`SHA256:${digits}`, pin), true);
  assert.equal(saysTheSame(`SHA256:${digits.slice(1)}0`, pin), false);
});

test("a server that a public authority vouches for needs no confirmed key", () => {
  const ftps = { ...VIEW, protocol: "ftps", host_keys: [], proved_by: "public_authority" };
  assert.equal(steps(ftps)[1].done, true);
  assert.equal(steps({ ...VIEW, host_keys: [] })[1].done, false);
  assert.match(outcome({ status: "host_key_unconfirmed", failure: { code: "certificate_untrusted" } }).title, /certificate/);
});

test("a change says what it takes away", () => {
  const told = (patch, view = VIEW) => effects(view, patch).join(" ");
  assert.match(told({ host: "x" }), /credential is dropped.*host keys are dropped.*test found is dropped/);
  assert.doesNotMatch(told({ host: "x", password: "p", host_keys: ["k"] }), /are dropped|credential is dropped/);
  assert.match(told({ password: "p" }, { ...VIEW, has_key: true }), /do not give again is dropped/);
  assert.equal(told({ name: "n" }), "");
});

test("numbers are whole, and a passphrase opens something", () => {
  assert.deepEqual(Object.keys(wrongFields({ ...EMPTY, port: "2x", passphrase: "p" })), ["port", "passphrase"]);
  assert.deepEqual(Object.keys(wrongFields(formOf(VIEW), { ...VIEW, probe_name: "T_" })), ["probe_name"]);
});

test("refusals stand beside their fields", () => {
  const error = (code, detail, errors = []) => new ApiProblem(400, { code, detail, errors });
  assert.deepEqual(wrongOf(error("request_invalid", "", [{ field: "host_keys.0", message: "m" }, { field: "body", message: "Give a password." }])), { host_keys: "m", credential: "Give a password." });
  assert.deepEqual(wrongOf(error("destination_exists", "It exists.")), { id: "It exists." });
  assert.deepEqual(wrongOf(error("field_invalid", "private_key: it cannot be read.")), { private_key: "private_key: it cannot be read." });
  assert.deepEqual(wrongOf(new Error("lost")), {});
  assert.equal(isStale(error("version_mismatch", "")), true);
});

test("what a server cannot do comes first", () => {
  const [first, ...others] = findings(PROFILE);
  assert.deepEqual(first, { field: "read", good: false, text: "Does not let us read: content cannot be compared there" });
  assert.ok(others.every(({ good }) => good));
  assert.deepEqual(measures(PROFILE)[2], ["Round trip", "42 ms"]);
});

test("sessions are counted in words", () => {
  assert.equal(sessionsText(null), "nobody counted them");
  assert.equal(sessionsText({ at_once: 4, refused: null, untried: null }), "4 at once at least: no more were asked for");
  assert.equal(sessionsText({ at_once: 2, refused: "too many", untried: null }), "2 at once; the next one was refused: too many");
  assert.equal(sessionsText({ at_once: 1, refused: null, untried: "In use." }), "1 at once at least. In use.");
});

test("what was not tried is not said", () => {
  const fields = (more) => findings({ ...PROFILE, ...more }).map(({ field }) => field);
  assert.ok(!fields({ truncate: null }).includes("truncate"));
  assert.ok(!fields({ keeps_content: null }).includes("keeps_content"));
  assert.equal(findings({ ...PROFILE, keeps_content: false })[0].good, false);
  assert.equal(findings({ ...PROFILE, large_writes: false })[0].good, false);
  const named = (more) => Object.fromEntries(measures({ ...PROFILE, ...more }));
  assert.equal(named({ fsync: false, fsync_offered: true })["Writing to its disk (fsync)"], "offered, and it fails");
  assert.equal(named({ checksums: ["sha256"] })["Checksums there"], "sha256");
});

test("an outcome of a test says no more than what was found", () => {
  assert.equal(outcome({ status: "host_key_unconfirmed" }).kind, "warn");
  assert.match(outcome({ status: "failed", failure: { code: "host_key_changed", message: "m" } }).title, /another host key/);
  assert.match(outcome({ status: "failed", failure: { code: "x", message: "m", retryable: true } }).text, /m Trying again/);
  assert.equal(outcome({ status: "ok", profile: null }).title, "The login works");
});

test("steps before a partner can be sent to", () => {
  assert.deepEqual(steps({ ...VIEW, host_keys: [], profile: null }).map(({ done }) => done), [true, false, false]);
  assert.deepEqual(steps({ ...VIEW, profile: null, probe_writes: false }).map(({ done }) => done), [true, true, true]);
});

test("thirty days end today, across months", () => {
  const found = days("2026-03-01");
  assert.deepEqual([found.length, found[0], found[28], found[29]], [30, "2026-01-31", "2026-02-28", "2026-03-01"]);
});

test("figures are summed by partner and by day", () => {
  const rows = [ROW, { ...ROW, day: "2026-11-25", failed: 0 }, { ...ROW, destination_id: "globex" }];
  assert.equal(byDestination(rows).get("acme").completed, 2);
  assert.deepEqual(byDay(rows, ["2026-11-24", "2026-11-26"]).map(({ completed }) => completed), [0, 2]);
  assert.equal(total(rows).bytes, 15);
});

test("100 % is said only where nothing failed", () => {
  assert.equal(successText({ completed: 999, failed: 1 }), "99 %");
  assert.equal(successText({ completed: 1, failed: 0 }), "100 %");
  assert.equal(successText({ completed: 0, failed: 0 }), "");
});
