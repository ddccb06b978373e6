// What somebody sees who has never sent anything.

import { html } from "../../lib.js";
import { sendAddress } from "../../shell.js";
import { LinkButton } from "../../ui/button.js";
import { Name } from "../../ui/name.js";

const SENDERS = ["user", "operator", "admin"];

/** @param {{me: {user: string, roles: string[], grants: object}}} p */
export function Welcome({ me }) {
  const { sources, destinations } = me.grants;
  const maySend = me.roles.some((role) => SENDERS.includes(role));
  const hasGrants = sources.length > 0 && destinations.length > 0;
  return html`
    <section class="card home-welcome" aria-labelledby="home-welcome">
      <h2 id="home-welcome">Nothing was sent yet</h2>
      <p>FileFerry moves files from Amazon S3 to partners. Each file gets its name at the partner only when it is
        there as a whole and was compared. What you send shows up here, with all that happens to it.</p>
      ${!maySend && html`<p>You look after transfers: your roles (${me.roles.join(", ")}) do not let you send any yourself.</p>`}
      ${maySend && !hasGrants && html`<${Ask} me=${me} sources=${sources} destinations=${destinations} />`}
      ${maySend && (sources.length > 0 || destinations.length > 0) && html`<${Granted} sources=${sources} destinations=${destinations} />`}
      <div class="actions">
        ${maySend && hasGrants && html`<${LinkButton} kind="primary" icon="send" href=${sendAddress()}>Send a file</${LinkButton}>`}
        ${me.roles.includes("admin") && html`<${LinkButton} icon="partners" href="/partners">Partners</${LinkButton}><${LinkButton} icon="users" href="/users">Users and grants</${LinkButton}>`}
      </div>
    </section>
  `;
}

function Ask({ me, sources, destinations }) {
  const missing = [sources.length === 0 && "files to send", destinations.length === 0 && "a partner to send to"];
  return html`
    <p><strong>You need a grant first:</strong> you have no grant for ${missing.filter(Boolean).join(" and none for ")}.
      ${me.roles.includes("admin")
        ? html` Give it to yourself under <a href="/users">Users</a>.`
        : html` Ask an admin of your FileFerry, and tell them your user name: <code>${me.user}</code>.`}</p>
  `;
}

function Granted({ sources, destinations }) {
  return html`
    <dl class="pairs">
      <dt>You may send</dt>
      <dd><ul>${sources.map(({ bucket, prefix }) => html`<li key=${bucket + prefix}>${bucket === "*" ? "every bucket" : html`<code><${Name} text=${`s3://${bucket}/${prefix}`} /></code>`}</li>`)}</ul></dd>
      <dt>To</dt>
      <dd><ul>${destinations.map((id) => html`<li key=${id}>${id === "*" ? "every partner" : html`<a href=${`/partners/${encodeURIComponent(id)}`}><${Name} text=${id} /></a>`}</li>`)}</ul></dd>
    </dl>
  `;
}
