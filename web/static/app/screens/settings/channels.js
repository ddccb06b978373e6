// Channels: where messages about transfers go.

import { html, useState } from "../../lib.js";
import { collect } from "../../api/pages.js";
import { escaped } from "../../format/names.js";
import { goQuery, place } from "../../router.js";
import { toast } from "../../ui/announce.js";
import { Button, LinkButton } from "../../ui/button.js";
import { Confirm } from "../../ui/dialog.js";
import { useLoaded } from "../../ui/loaded.js";
import { Name, Time } from "../../ui/name.js";
import { Empty, Failed, Loading, Notice, sentenceOf } from "../../ui/notice.js";
import { api, session } from "../../wiring.js";
import { ChannelForm } from "./channel_form.js";
import { kindText, quietText, ruleText, whoseText } from "./channel_words.js";

const MOST = 400; // 20 of one's own and 200 shared ones at most

export function Channels() {
  const loaded = useLoaded((signal) => collect(api, "/api/notify/channels", "channels", {}, { most: MOST, signal }), []);
  const editing = place.value.query.get("channel");
  const close = () => goQuery({ channel: null });
  const done = () => {
    close();
    loaded.again();
  };
  const channels = loaded.value?.items ?? [];
  const edited = channels.find((each) => each.id === editing);
  return html`
    <section class="stack">
      <div class="screen-head">
        <p class="muted">Each message is sent once. A channel of your own tells of your transfers. A shared one tells a team of everybody's.</p>
        <${LinkButton} kind="primary" icon="add" href="/settings?tab=notifications&channel=new">Add a channel</${LinkButton}>
      </div>
      ${loaded.error && html`<${Failed} error=${loaded.error} onAgain=${loaded.again} />`}
      ${!loaded.value && loaded.loading && html`<${Loading} />`}
      ${loaded.value && !channels.length && html`<${Empty} icon="bell" title="Nobody is told yet">Add a channel for e-mail, Teams, Slack or a webhook.</${Empty}>`}
      <div class="cards">${channels.map((each) => html`<${Channel} key=${each.id} channel=${each} onChange=${loaded.again} />`)}</div>
      ${editing === "new" && html`<${ChannelForm} onClose=${close} onDone=${done} onMade=${loaded.again} />`}
      ${edited && html`<${ChannelForm} channel=${edited} onClose=${close} onDone=${done} />`}
    </section>
  `;
}

function mayChange(channel) {
  const roles = session.roles.value;
  if (!channel.shared) return channel.owner === session.me.value?.user;
  return roles.includes("operator") || roles.includes("admin");
}

function Channel({ channel, onChange }) {
  const [busy, setBusy] = useState(null);
  const [asking, ask] = useState(false);
  const act = async (name, work) => {
    setBusy(name);
    try {
      await work();
    } catch (error) {
      toast(sentenceOf(error), { kind: "bad" });
    } finally {
      setBusy(null);
      ask(false);
    }
    onChange();
  };
  const path = `/api/notify/channels/${encodeURIComponent(channel.id)}`;
  const test = () => act("test", async () => tell(channel, await api.post(`${path}/test`)));
  const remove = () => act("remove", () => api.delete(path));
  return html`
    <article class="card" aria-label=${escaped(channel.name)}>
      <h2><${Name} text=${channel.name} most=${60} /></h2>
      <${Facts} channel=${channel} />
      ${channel.dead && html`<${Notice} kind="bad" title="Nothing is sent there any more">${escaped(channel.dead.message)}</${Notice}>`}
      ${channel.cautions.map((each) => html`<${Notice} key=${each} kind="warn">${escaped(each)}</${Notice}>`)}
      ${mayChange(channel) && html`
        <div class="actions">
          <${Button} busy=${busy === "test"} onClick=${test}>Send a test</${Button}>
          <${LinkButton} href=${`/settings?tab=notifications&channel=${encodeURIComponent(channel.id)}`}>Change</${LinkButton}>
          <${Button} kind="danger" onClick=${() => ask(true)}>Remove</${Button}>
        </div>`}
      ${asking && html`
        <${Confirm} title=${`Remove ${escaped(channel.name)}?`} action="Remove" busy=${busy === "remove"} onYes=${remove} onNo=${() => ask(false)}>
          <p>What waits there (${channel.waiting}) is not sent.</p>
        </${Confirm}>`}
    </article>
  `;
}

function tell(channel, result) {
  const name = escaped(channel.name);
  if (result.status === "sent") toast(`A test was sent to ${name}.`);
  else toast(escaped(result.failure?.message ?? result.said ?? `${name} did not take the test.`), { kind: "bad" });
}

function Facts({ channel }) {
  const where = channel.mails.length ? channel.mails.join(", ") : (channel.slack_channel ?? channel.host);
  return html`
    <dl class="pairs small">
      <dt>Kind</dt><dd>${kindText(channel.kind)}${channel.shared ? ", shared" : ""}</dd>
      ${where && html`<dt>Leads to</dt><dd><${Name} text=${where} /></dd>`}
      <dt>Tells of</dt><dd>${whoseText(channel)}${channel.rules.map((each, at) => html`<div key=${at}>${ruleText(each)}</div>`)}</dd>
      ${channel.quiet_hours && html`<dt>Quiet</dt><dd>${quietText(channel.quiet_hours)}</dd>`}
      <dt>Last message</dt><dd>${channel.last_sent_at ? html`<${Time} at=${channel.last_sent_at} />` : "none yet"}${channel.waiting > 0 && `, ${channel.waiting} wait`}</dd>
    </dl>
  `;
}
