// One partner: what is known, its test and its host key, what moves, and how it went.

import { html, useState } from "../../lib.js";
import { ApiProblem } from "../../api/problem.js";
import { href, place } from "../../router.js";
import { sendAddress } from "../../shell.js";
import { Button, LinkButton } from "../../ui/button.js";
import { shortened } from "../../format/names.js";
import { Name } from "../../ui/name.js";
import { Empty, Failed, Loading, Notice } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { session } from "../../wiring.js";
import { isConfirmed, maySend, readiness } from "../../transfers/readiness.js";
import { ChangePartner } from "./change.js";
import { HostKeyToConfirm } from "./host_key.js";
import { Findings, Known, Steps } from "./known.js";
import { usePartner } from "./loading.js";
import { RemovePartner } from "./remove.js";
import { TestButton, TestOutcome, useTest } from "./testing.js";
import { LastDays, RecentFailures, SessionsNow } from "./traffic.js";

const BACK = { href: "/partners", text: "Partners" };

export default function Partner({ id }) {
  const loaded = usePartner(id);
  const missing = loaded.value?.view === null || (loaded.error instanceof ApiProblem && loaded.error.status === 404);
  if (missing) {
    return html`<${Screen} title="Partner" back=${BACK}><${Empty} icon="partners" title="There is no such partner">
      It was removed, or you have no grant for it.</${Empty}></${Screen}>`;
  }
  if (!loaded.value) {
    return html`<${Screen} key="loading" title="Partner" back=${BACK}>
      ${loaded.error ? html`<${Failed} error=${loaded.error} onAgain=${loaded.again} />` : html`<${Loading} lines=${6} />`}</${Screen}>`;
  }
  return html`<${Shown} key=${id} id=${id} loaded=${loaded} />`;
}

function Shown({ id, loaded }) {
  const { view, etag } = loaded.value;
  const [removing, remove] = useState(false);
  const test = useTest(id, etag, loaded.again);
  const me = session.me.value;
  const admin = session.isAdmin.value;
  const reload = () => {
    test.forget();
    loaded.again();
  };
  const taken = (next, tag) => {
    test.forget(); // what it found belongs to the partner as it was
    loaded.set({ view: next, etag: tag });
  };
  const actions = html`
    ${mayTest(me, id) && html`<${TestButton} test=${test} />`}
    ${admin && html`<${LinkButton} href=${href(`/partners/${id}`, { change: 1 })}>Change</${LinkButton}>`}
    ${admin && html`<${Button} kind="danger" onClick=${() => remove(true)}>Remove</${Button}>`}
    ${maySend(me.roles) && readiness(view, me).can && html`<${LinkButton} kind="primary" icon="send" href=${sendAddress({ destination: id })}>Send to this partner</${LinkButton}>`}
  `;
  return html`
    <${Screen} title=${html`<${Name} text=${view.name} />`} tab=${shortened(view.name, 60)} back=${BACK} actions=${actions}>
      ${loaded.error && html`<${Failed} error=${loaded.error} what="It could not be read again. This is how it was." onAgain=${loaded.again} />`}
      <${TestOutcome} test=${test} />
      ${test.result?.offered_host_key && html`<${HostKeyToConfirm} view=${view} test=${test} onConfirmed=${taken} onReload=${reload} />`}
      <${Steps} view=${view} action=${nextStep({ view, test, me, id, admin })} />
      ${maySend(me.roles) && !readiness(view, me).can && html`<${Notice}>${readiness(view, me).why}</${Notice}>`}
      <div class="partner">
        <div class="partner-column"><${LastDays} id=${id} /><${SessionsNow} id=${id} /><${RecentFailures} id=${id} /></div>
        <div class="partner-column"><${Known} view=${view} /><${Findings} view=${view} /></div>
      </div>
      ${admin && place.value.query.has("change") && html`<${ChangePartner} view=${view} etag=${etag} onSaved=${taken} onReload=${reload} />`}
      ${removing && html`<${RemovePartner} view=${view} etag=${etag} onClose=${() => remove(false)} onReload=${reload} />`}
    </${Screen}>
  `;
}

/** What leads on: a credential is given, then the key is asked for and confirmed, then it is tested. */
function nextStep({ view, test, me, id, admin }) {
  if (!view.has_password && !view.has_key) {
    return admin && html`<${LinkButton} kind="primary" href=${href(`/partners/${id}`, { change: 1 })}>Give a credential</${LinkButton}>`;
  }
  if (test.result?.offered_host_key || !mayTest(me, id)) return null;
  const text = !isConfirmed(view) ? "Ask the server for its host key" : "Test what the server can do";
  return html`<${Button} kind="primary" icon="search" busy=${test.busy} onClick=${test.run}>${text}</${Button}>`;
}

/** Who has a grant for it; operators and admins. */
function mayTest(me, id) {
  const granted = me.grants.destinations;
  return granted.includes("*") || granted.includes(id) || me.roles.some((role) => ["operator", "admin"].includes(role));
}
