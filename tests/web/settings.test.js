import assert from "node:assert/strict";
import { test } from "node:test";

import {
  channelBody,
  channelForm,
  sameSettings,
  quietText,
  ruleText,
} from "../../web/static/app/screens/settings/channel_words.js";
import { sessionName, sessions } from "../../web/static/app/screens/settings/session_words.js";
import { formOf, patchOf, requestOf, sourcesOf } from "../../web/static/app/screens/users/user_words.js";

const USER = {
  user: "jane.doe",
  name: "Jane",
  email: "jane@acme.example",
  roles: ["user"],
  grants: { sources: [{ bucket: "exports", prefix: "a b/" }], destinations: ["acme"] },
};

test("a session is called by what uses it", () => {
  assert.equal(sessionName({ client: "api", handed_to: "teams" }), "Microsoft Teams");
  assert.equal(sessionName({ client: "api", handed_to: "a-later-one" }), "a-later-one");
  assert.equal(sessionName({ client: "console", handed_to: null }), "The console");
  assert.equal(sessionName({ client: "api", handed_to: null }), "A program");
  assert.equal(sessionName({ client: "a-later-kind", handed_to: null }), "a-later-kind");
});

test("sessions of an older FileFerry were handed to nobody", () => {
  const at = "2026-11-27T08:00:00Z";
  const told = { id: "s", client: "api", opened_at: at, last_seen_at: at, expires_at: at, source_ip: null, current: true };
  const { sessions: [read] } = sessions({ sessions: [told] });
  assert.equal(read.handed_to, null);
});

test("a user's form that nobody touched changes nothing", () => {
  assert.equal(patchOf(USER, formOf(USER)), null);
});

test("only what changed is sent", () => {
  const form = { ...formOf(USER), roles: ["user", "operator"], email: "" };
  assert.deepEqual(patchOf(USER, form), { no_email: true, roles: ["user", "operator"] });
});

test("grants are sent whole, because they replace all earlier ones", () => {
  const form = { ...formOf(USER), destinations: "acme, globex" };
  assert.deepEqual(patchOf(USER, form).grants, {
    sources: [{ bucket: "exports", prefix: "a b/" }],
    destinations: ["acme", "globex"],
  });
});

test("sources are read as people write them", () => {
  assert.deepEqual(sourcesOf("s3://exports/2026/\n\n*\nplain"), [
    { bucket: "exports", prefix: "2026/" },
    { bucket: "*", prefix: "" },
    { bucket: "plain", prefix: "" },
  ]);
});

test("a prefix keeps a blank at its end", () => {
  assert.deepEqual(sourcesOf("b/odd "), [{ bucket: "b", prefix: "odd " }]);
});

test("a new user without a password has none", () => {
  const body = requestOf({ ...formOf(null), user: " bob ", name: "Bob" });
  assert.equal(body.user, "bob");
  assert.ok(!("password" in body) && !("email" in body));
});

test("a channel's request has what its kind needs", () => {
  const form = { ...channelForm(null, "UTC"), id: "ops", name: "Ops", kind: "slack", bot_token: "xoxb", slack_channel: "C1" };
  const body = channelBody(form);
  assert.deepEqual(body.rules, [{ stages: ["failed", "stalled"], destinations: ["*"] }]);
  assert.equal(body.slack_channel, "C1");
  assert.equal(body.whose, "mine");
  assert.ok(!("address" in body) && !("quiet_hours" in body));
});

test("a patch keeps a secret that was not typed, and takes quiet hours away", () => {
  const quiet = { time_zone: "UTC", begins: "20:00", ends: "07:00", days: ["mon"], failures_pass: true };
  const channel = { id: "c", name: "C", kind: "teams", shared: false, whose: "mine", mails: [], quiet_hours: quiet,
    rules: [{ stages: ["failed"], destinations: ["*"] }] };
  const body = channelBody({ ...channelForm(channel, "UTC"), quiet: false }, { patch: true });
  assert.equal(body.no_quiet_hours, true);
  assert.ok(!("address" in body) && !("id" in body) && !("kind" in body));
});

test("rules and quiet hours are told in words", () => {
  assert.equal(
    ruleText({ stages: ["failed", "stalled"], destinations: ["acme"], digest_minutes: 15 }),
    "failed and stalled; to acme; collected for 15 min",
  );
  const quiet = { time_zone: "Europe/Berlin", begins: "22:00", ends: "06:00", days: ["mon", "tue"], failures_pass: false };
  assert.equal(quietText(quiet), "22:00 to 06:00 Europe/Berlin, mon, tue");
});

test("another Slack channel for the token that is there is sent, and an old one is not", () => {
  const rules = [{ stages: ["failed"], destinations: ["*"], digest_minutes: null }];
  const channel = { id: "s", name: "S", kind: "slack", shared: false, whose: "mine", host: "slack.com", slack_channel: "C1",
    mails: [], quiet_hours: null, rules };
  const form = channelForm(channel, "UTC");
  assert.equal(channelBody({ ...form, slack_channel: " C2 " }, { patch: true }).slack_channel, "C2");
  assert.equal("slack_channel" in channelBody({ ...form, address: "https://hooks.slack.com/x" }, { patch: true }), false);
  assert.equal(channelBody({ ...form, bot_token: "xoxb" }, { patch: true }).slack_channel, "C1");
});

test("what is no number is left to the service to refuse", () => {
  const form = { ...channelForm(null, "UTC"), digest_minutes: "ten" };
  assert.equal(channelBody(form).rules[0].digest_minutes, "ten");
});

test("settings that somebody changed meanwhile are told from messages that were sent", () => {
  const rules = [{ stages: ["failed"], destinations: ["*"], digest_minutes: null }];
  const seen = { id: "c", name: "C", kind: "teams", shared: true, whose: "mine", host: "a.test", slack_channel: null,
    mails: [], quiet_hours: null, rules, waiting: 0, last_sent_at: null };
  assert.ok(sameSettings(seen, { ...seen, waiting: 3, last_sent_at: "2026-11-26T10:00:00Z" }));
  assert.ok(!sameSettings(seen, { ...seen, rules: [...rules, ...rules] }));
  assert.ok(!sameSettings(seen, { ...seen, name: "D" }));
  assert.ok(!sameSettings(seen, { ...seen, host: "b.test" }));
});
