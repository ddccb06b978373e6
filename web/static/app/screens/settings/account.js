// Who one is here: name, roles, grants, password, sessions.

import { html, useEffect, useState } from "../../lib.js";
import { durationText } from "../../format/durations.js";
import { toast } from "../../ui/announce.js";
import { reading } from "../../live/reading.js";
import { Button } from "../../ui/button.js";
import { Confirm } from "../../ui/dialog.js";
import { TextField } from "../../ui/field.js";
import { useLoaded } from "../../ui/loaded.js";
import { Name, Time } from "../../ui/name.js";
import { Failed, Notice, sentenceOf } from "../../ui/notice.js";
import { api, session } from "../../wiring.js";
import { sessionName, sessions } from "./session_words.js";
import { TeamsCard } from "./teams_card.js";

export function Account() {
  useEffect(() => {
    session.refreshMe().catch(() => null); // what is known already stays shown
  }, []);
  const me = session.me.value;
  if (!me) return null;
  return html`
    <div class="cards">
      <section class="card"><h2>You</h2><${Facts} me=${me} /></section>
      <section class="card"><h2>What you may send</h2><${Granted} grants=${me.grants} roles=${me.roles} /></section>
      ${me.login === "password" && html`<section class="card"><h2>Password</h2><${Password} /></section>`}
      <section class="card"><h2>Sessions</h2><${Sessions} me=${me} /></section>
      <${TeamsCard} />
    </div>
  `;
}

function Facts({ me }) {
  return html`
    <dl class="pairs">
      <dt>Name</dt><dd><${Name} text=${me.name} /></dd>
      <dt>User</dt><dd>${me.user}</dd>
      <dt>E-mail</dt><dd>${me.email ? html`<${Name} text=${me.email} />` : "None. An admin can enter it."}</dd>
      <dt>Roles</dt><dd>${me.roles.join(", ")}</dd>
      <dt>Signs in</dt><dd>${me.login === "sso" ? "by single sign-on" : "with a password"}</dd>
    </dl>
  `;
}

/** @param {{grants: {sources: any[], destinations: string[]}, roles: string[]}} p */
export function Granted({ grants, roles }) {
  const { sources, destinations } = grants;
  if (!sources.length || !destinations.length) {
    const only = roles.length === 1 && roles[0] === "auditor";
    return html`<p class="muted">${only ? "Auditors send nothing." : "Nothing yet. Ask an admin for a grant of a bucket and of a destination."}</p>`;
  }
  return html`
    <dl class="pairs">
      <dt>From</dt>
      <dd>${sources.map((each) => html`<div key=${each.bucket + each.prefix}><${Name} text=${sourceText(each)} /></div>`)}</dd>
      <dt>To</dt>
      <dd>${destinations.map((each) => html`<div key=${each}>${each === "*" ? "all destinations" : each}</div>`)}</dd>
    </dl>
  `;
}

function sourceText({ bucket, prefix }) {
  return bucket === "*" ? "all buckets" : `s3://${bucket}/${prefix}`;
}

function Password() {
  const empty = { current_password: "", new_password: "", again: "" };
  const [given, set] = useState(empty);
  const [state, setState] = useState({ busy: false, error: null });
  const field = (name) => ({
    type: "password",
    value: given[name],
    onValue: (text) => set((before) => ({ ...before, [name]: text })),
  });
  const { error } = state;
  const submit = async (event) => {
    event.preventDefault();
    if (given.new_password !== given.again) {
      setState({ busy: false, error: { of: (name) => name === "again" && "It is not the same." } });
      return;
    }
    setState({ busy: true, error: null });
    try {
      const { again: _, ...body } = given;
      await api.post("/api/me/password", { body });
      set(empty);
      setState({ busy: false, error: null });
      toast("Your password is changed. Your other sessions ended.");
    } catch (problem) {
      setState({ busy: false, error: problem });
    }
  };
  return html`
    <form class="form" onSubmit=${submit}>
      <${TextField} label="Current password" autocomplete="current-password" ...${field("current_password")}
        error=${error?.code === "wrong_password" ? error.detail : error?.of?.("current_password")} />
      <${TextField} label="New password" autocomplete="new-password" ...${field("new_password")}
        hint="At least 12 characters, 5 of them different." error=${error?.of?.("new_password")} />
      <${TextField} label="New password again" autocomplete="new-password" ...${field("again")} error=${error?.of?.("again")} />
      ${error?.message && !error.errors?.length && error.code !== "wrong_password" && html`<${Notice} kind="bad">${sentenceOf(error)}</${Notice}>`}
      <div><${Button} type="submit" busy=${state.busy} disabled=${!given.current_password || !given.new_password}>Change password</${Button}></div>
    </form>
  `;
}

function Sessions({ me }) {
  const [asking, ask] = useState(false);
  const [busy, setBusy] = useState(false);
  const endAll = async () => {
    setBusy(true);
    try {
      await api.delete("/api/me/sessions");
      session.over();
    } catch (error) {
      toast(sentenceOf(error), { kind: "bad" });
      setBusy(false);
      ask(false);
    }
  };
  const { session: own } = me;
  return html`
    <dl class="pairs">
      <dt>This one</dt><dd>since <${Time} at=${own.opened_at} /></dd>
      <dt>Ends</dt><dd>at <${Time} at=${session.endsAt ?? own.expires_at} />${own.idle_seconds && html`, or after ${durationText(own.idle_seconds)} without use`}</dd>
    </dl>
    <${OtherSessions} />
    <p><${Button} kind="danger" onClick=${() => ask(true)}>End all of my sessions</${Button}></p>
    ${asking && html`
      <${Confirm} title="End all of your sessions?" action="End them" busy=${busy} onYes=${endAll} onNo=${() => ask(false)}>
        <p>You are signed out here, in other browsers, of the command line and in Microsoft Teams. Your transfers go on.</p>
      </${Confirm}>`}
  `;
}

function OtherSessions() {
  const load = async (signal) => reading(sessions, await api.get("/api/me/sessions", { signal })).sessions;
  const loaded = useLoaded(load, []);
  const { error } = loaded;
  if (error?.code === "no_route") return null; // a FileFerry that does not list them yet
  if (error) return html`<${Failed} error=${error} onAgain=${loaded.again} what="Your other sessions could not be loaded." />`;
  const others = loaded.value?.filter((each) => !each.current);
  if (!others) return null;
  return html`
    <h3>Others</h3>
    ${!others.length && html`<p class="muted">None is open.</p>`}
    <dl class="pairs">
      ${others.map((each) => html`
        <dt key=${each.id}><${Name} text=${sessionName(each)} /></dt>
        <dd key=${`${each.id} facts`}>
          since <${Time} at=${each.opened_at} />, last used <${Time} at=${each.last_seen_at} />${each.source_ip !== null && html`, opened from <${Name} text=${each.source_ip} />`}
        </dd>`)}
    </dl>
  `;
}
