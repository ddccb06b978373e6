// Users, for admins.

import { html, useState } from "../../lib.js";
import { collect } from "../../api/pages.js";
import { counted } from "../../format/bytes.js";
import { goQuery, place } from "../../router.js";
import { LinkButton } from "../../ui/button.js";
import { TextField } from "../../ui/field.js";
import { useLoaded } from "../../ui/loaded.js";
import { Name, Time } from "../../ui/name.js";
import { Empty, Failed, Loading, Notice } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { api, session } from "../../wiring.js";
import { NewUser } from "./new_user.js";

const MOST = 2_000;

export default function Users() {
  if (!session.isAdmin.value) return html`<${NoRight} />`;
  return html`<${List} />`;
}

export function NoRight() {
  return html`<${Screen} title="Users"><${Empty} icon="key" title="Admins only">You need the role admin to see users.</${Empty}></${Screen}>`;
}

function List() {
  const loaded = useLoaded((signal) => collect(api, "/api/users", "users", { limit: 200 }, { most: MOST, signal }), []);
  const [wanted, want] = useState("");
  const users = (loaded.value?.items ?? []).filter((each) => fits(each, wanted));
  const close = () => goQuery({ add: null });
  return html`
    <${Screen} title="Users" actions=${html`<${LinkButton} kind="primary" icon="add" href="/users?add=1">Add a user</${LinkButton}>`}>
      <${TextField} label="Search" type="search" value=${wanted} onValue=${want} />
      ${loaded.error && html`<${Failed} error=${loaded.error} onAgain=${loaded.again} />`}
      ${!loaded.value && loaded.loading && html`<${Loading} />`}
      ${loaded.value && html`
        <p class="muted small" role="status">${counted(users.length, "user")}${!loaded.value.complete && `, of the first ${MOST}`}</p>
        ${!loaded.value.complete && html`<${Notice} kind="warn">There are more users than are shown here. Open one by its address: /users/name</${Notice}>`}
        <${Table} users=${users} />`}
      ${place.value.query.has("add") && html`<${NewUser} onClose=${close} onDone=${loaded.again} />`}
    </${Screen}>
  `;
}

function fits(user, wanted) {
  const text = wanted.trim().toLowerCase();
  return !text || [user.user, user.name, user.email ?? "", ...user.roles].some((each) => each.toLowerCase().includes(text));
}

function Table({ users }) {
  if (!users.length) return html`<${Empty} icon="users" title="No user fits" />`;
  return html`
    <div class="table-box stacked">
      <table class="table">
        <thead><tr><th>User</th><th>Name</th><th>Roles</th><th>Signs in</th><th>May send</th><th>Changed</th></tr></thead>
        <tbody>
          ${users.map((each) => html`
            <tr key=${each.user}>
              <td data-label="User"><a href=${`/users/${encodeURIComponent(each.user)}`}>${each.user}</a></td>
              <td data-label="Name"><${Name} text=${each.name} most=${40} /></td>
              <td data-label="Roles"><div>${each.roles.join(", ")}${each.locked && html` <span class="state" data-tone="bad">locked</span>`}</div></td>
              <td data-label="Signs in">${each.login === "sso" ? "single sign-on" : "password"}</td>
              <td data-label="May send">${grantText(each.grants)}</td>
              <td data-label="Changed"><${Time} at=${each.updated_at} short /></td>
            </tr>`)}
        </tbody>
      </table>
    </div>
  `;
}

function grantText({ sources, destinations }) {
  if (!sources.length || !destinations.length) return "nothing";
  const where = destinations.includes("*") ? "all destinations" : counted(destinations.length, "destination");
  const from = sources.some(({ bucket, prefix }) => bucket === "*" && !prefix) ? "all buckets" : counted(sources.length, "source");
  return `${from} to ${where}`;
}
