// One user, for admins: what they may, their lock, their sessions.

import { html, useState } from "../../lib.js";
import { ApiProblem } from "../../api/problem.js";
import { go } from "../../router.js";
import { toast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Confirm } from "../../ui/dialog.js";
import { useLoaded } from "../../ui/loaded.js";
import { Time } from "../../ui/name.js";
import { Failed, Loading, Notice, sentenceOf } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { useIsShown } from "../../ui/shown.js";
import { api, session } from "../../wiring.js";
import { UserFields } from "./user_fields.js";
import { NoRight } from "./users.js";
import { formOf, patchOf } from "./user_words.js";

const BACK = { href: "/users", text: "Users" };

export default function User({ id }) {
  if (!session.isAdmin.value) return html`<${NoRight} />`;
  return html`<${Known} id=${id} key=${id} />`;
}

function Known({ id }) {
  const path = `/api/users/${encodeURIComponent(id)}`;
  const loaded = useLoaded((signal) => api.call("GET", path, { signal }), [path]);
  const user = loaded.value?.document;
  return html`
    <${Screen} title=${user?.user ?? "User"} back=${BACK}>
      ${loaded.error && html`<${Failed} error=${loaded.error} onAgain=${loaded.again} />`}
      ${!user && loaded.loading && html`<${Loading} />`}
      ${user && html`
        <${Acts} user=${user} path=${path} onChange=${loaded.again} />
        <section class="card"><${Change} key=${user.updated_at} user=${user} path=${path} etag=${loaded.value.headers.get("ETag")} onChange=${loaded.again} /></section>`}
    </${Screen}>
  `;
}

function Change({ user, path, etag, onChange }) {
  const [form, setForm] = useState(() => formOf(user));
  const [state, setState] = useState({ busy: false, error: null });
  const set = (name) => (value) => setForm((before) => ({ ...before, [name]: value }));
  const patch = patchOf(user, form);
  const save = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null });
    try {
      await api.patch(path, { body: patch, headers: { "If-Match": etag ?? "*" } });
      toast(`${user.user} is changed. It counts within 30 seconds.`);
      setState({ busy: false, error: null });
      onChange();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const { error } = state;
  const stale = error instanceof ApiProblem && [409, 412].includes(error.status);
  return html`
    <form class="form" onSubmit=${save}>
      ${error && !error.errors?.length && html`
        <${Notice} kind="bad" action=${stale && html`<${Button} onClick=${onChange}>Load it anew</${Button}>`}>${sentenceOf(error)}</${Notice}>`}
      <${UserFields} form=${form} set=${set} wrong=${(name) => error?.of?.(name)} />
      <div class="actions">
        <${Button} kind="primary" type="submit" busy=${state.busy} disabled=${!patch}>Save</${Button}>
        <${Button} disabled=${!patch} onClick=${() => setForm(formOf(user))}>Undo</${Button}>
      </div>
    </form>
  `;
}

/** What is asked before. `run` gets the API's path of the user. */
const ACTS = {
  lock: {
    title: "Lock",
    text: "They are signed out everywhere and cannot sign in. Their transfers go on.",
    run: (path) => api.patch(path, { body: { locked: true } }),
  },
  sessions: {
    title: "End all sessions of",
    text: "They have to sign in again, everywhere.",
    run: (path) => api.delete(`${path}/sessions`),
  },
  remove: {
    title: "Remove",
    text: "Roles, grants and address are taken away, and the name is never given again. Their transfers go on.",
    run: (path) => api.delete(path),
  },
};

function Acts({ user, path, onChange }) {
  const [asked, ask] = useState(null);
  const [busy, setBusy] = useState(false);
  const isShown = useIsShown();
  const run = async (work, gone = false) => {
    setBusy(true);
    try {
      await work();
      toast("Done. It counts within 30 seconds.");
      if (!isShown.current) return;
      if (gone) go("/users", { replace: true });
      else onChange();
    } catch (error) {
      toast(sentenceOf(error), { kind: "bad" });
    } finally {
      setBusy(false);
      ask(null);
    }
  };
  const itself = user.user === session.me.value?.user;
  const act = asked && ACTS[asked];
  return html`
    ${user.locked && html`<${Notice} kind="warn" title="Locked">They cannot sign in.</${Notice}>`}
    <div class="screen-head">
      <p class="muted small">Signs in ${user.login === "sso" ? "by single sign-on" : "with a password"}. Made <${Time} at=${user.created_at} />, changed <${Time} at=${user.updated_at} />.</p>
      ${!itself && html`
        <div class="actions">
          ${user.locked
            ? html`<${Button} busy=${busy} onClick=${() => run(() => api.patch(path, { body: { locked: false } }))}>Unlock</${Button}>`
            : html`<${Button} onClick=${() => ask("lock")}>Lock</${Button}>`}
          <${Button} onClick=${() => ask("sessions")}>End sessions</${Button}>
          <${Button} kind="danger" onClick=${() => ask("remove")}>Remove</${Button}>
        </div>`}
    </div>
    ${act && html`
      <${Confirm} title=${`${act.title} ${user.user}?`} action=${act.title.split(" ")[0]} busy=${busy}
        onYes=${() => run(() => act.run(path), asked === "remove")} onNo=${() => ask(null)}>
        <p>${act.text}</p>
      </${Confirm}>`}
  `;
}
