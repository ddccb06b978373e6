// Confirming a host key: the old and the offered one side by side, and a person who compared them.

import { html, useState } from "../../lib.js";
import { SignedOut, Unreachable } from "../../api/problem.js";
import { announce } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Check, TextField } from "../../ui/field.js";
import { Name } from "../../ui/name.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { api, session } from "../../wiring.js";
import { algorithm, compared, counterpart, grouped, isCertificate, saysTheSame } from "./fingerprints.js";
import { partnerPath } from "./loading.js";
import { isStale } from "./refusal.js";

/**
 * @param {{view: object, test: object, onConfirmed(view: object, etag: string): void, onReload(): void}} p
 * The key is confirmed for the version of the partner that was tested, and for no later one.
 */
export function HostKeyToConfirm({ view, test, onConfirmed, onReload }) {
  const offered = test.result.offered_host_key;
  const old = counterpart(view.host_keys, offered);
  const what = isCertificate(offered.key) ? "certificate" : "host key";
  return html`
    <section class="card host-key" aria-labelledby="host-key">
      <h2 id="host-key">${old ? `The ${what} is another one` : `Confirm the ${what}`}</h2>
      ${old
        ? html`<p>Somebody at the partner changed the key, or another server answers in its place. Find out which, before you confirm anything: ask the partner by another way than this connection.</p>`
        : html`<p>Compare the fingerprint with what the partner told you by another way: by telephone, in its portal, on paper.</p>`}
      <${Fingerprints} old=${old} offered=${offered} />
      ${view.host_keys.length > 1 && html`<p class="hint">All ${view.host_keys.length} keys that are confirmed now give way to the new one.</p>`}
      ${session.isAdmin.value
        ? html`<${Confirming} key=${`${test.etag} ${offered.key}`} ...${{ view, test, offered, onConfirmed, onReload }} />`
        : html`<${Notice} kind="warn">Only an admin can confirm a host key. Ask one, and tell the fingerprint.</${Notice}>`}
    </section>
  `;
}

function Fingerprints({ old, offered }) {
  const [kind, groups] = grouped(offered.fingerprint);
  if (!old) {
    return html`
      <figure>
        <figcaption>Offered by the server, ${algorithm(offered.key)}</figcaption>
        <p class="fingerprint mono"><span class="fingerprint-kind">${kind}</span>${groups.map((each, at) => html`<span key=${at}>${each}</span>`)}</p>
        <${Whole} text=${offered.fingerprint} />
      </figure>`;
  }
  const { oldKind, newKind, groups: pairs, differing } = compared(old.fingerprint, offered.fingerprint);
  const row = (which, kindText) => html`
    <p class="fingerprint mono"><span class="fingerprint-kind">${kindText}</span>
      ${pairs.map((each, at) => html`<span key=${at} data-differs=${each.same ? null : ""}>${each[which]}</span>`)}</p>`;
  return html`
    <div class="side-by-side">
      <figure><figcaption>Confirmed until now, ${algorithm(old.key)}</figcaption>${row("old", oldKind)}<${Whole} text=${old.fingerprint} /></figure>
      <figure><figcaption>Offered by the server now, ${algorithm(offered.key)}</figcaption>${row("new", newKind)}<${Whole} text=${offered.fingerprint} /></figure>
    </div>
    <p class="hint">${differing === 0 ? "The fingerprints are equal." : `${differing} of ${pairs.length} groups differ. They are underlined.`}</p>
  `;
}

/** In one piece, to be searched for and copied. */
function Whole({ text }) {
  return html`<p class="small muted"><${Name} text=${text} /></p>`;
}

function Confirming({ view, test, offered, onConfirmed, onReload }) {
  const [checked, check] = useState(false);
  const [typed, type] = useState("");
  const [state, setState] = useState({ busy: false, error: null });
  const wrong = typed.trim() !== "" && !saysTheSame(typed, offered);
  const confirmKey = async () => {
    setState({ busy: true, error: null });
    try {
      const { document, headers } = await api.call("PATCH", partnerPath(view.id), {
        body: { host_keys: [offered.key] },
        headers: { "If-Match": test.etag },
      });
      announce("The host key was confirmed.");
      onConfirmed(document, headers.get("ETag"));
    } catch (error) {
      if (!(error instanceof SignedOut)) setState({ busy: false, error });
    }
  };
  return html`
    <${TextField} label="What the partner told you" optional=${true} hint="Paste the fingerprint or the whole key here, to have it compared letter by letter." value=${typed}
      onValue=${type} error=${wrong ? "This is not the key that the server offers. Do not confirm it." : null} />
    ${typed.trim() !== "" && !wrong && html`<p class="state" data-tone="done" role="status">It is the same key.</p>`}
    <${Check} label="I compared this fingerprint with what the partner told me by another way." checked=${checked} onValue=${check} />
    ${state.error && html`<${Refused} error=${state.error} onReload=${onReload} />`}
    <div class="actions">
      <${Button} kind="primary" icon="key" busy=${state.busy} disabled=${!checked || wrong} onClick=${confirmKey}>Confirm this key</${Button}>
    </div>
  `;
}

function Refused({ error, onReload }) {
  const again = html`<${Button} icon="retry" onClick=${onReload}>Read it again</${Button}>`;
  if (isStale(error)) {
    return html`<${Notice} kind="warn" title="The partner was changed since this test" action=${again}>Nothing was confirmed, because the key may belong to another server by now. Read it again, then test it again.</${Notice}>`;
  }
  if (error instanceof Unreachable) {
    return html`<${Notice} kind="bad" title="No answer came" action=${again}>It is not known whether the key was confirmed.</${Notice}>`;
  }
  return html`<${Notice} kind="bad" title="It was not confirmed">${sentenceOf(error)}</${Notice}>`;
}
