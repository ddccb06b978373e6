// Adding a channel, and changing one.

import { html, useMemo, useState } from "../../lib.js";
import { escaped } from "../../format/names.js";
import { zoneId } from "../../format/times.js";
import { ApiProblem } from "../../api/problem.js";
import { toast } from "../../ui/announce.js";
import { Button, CopyButton } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Check, Choice, SelectField, TextField } from "../../ui/field.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { api, session } from "../../wiring.js";
import { DAYS, KINDS, STAGES, channelBody, channelForm, sameSettings } from "./channel_words.js";

export function ChannelForm({ channel = null, onClose, onDone, onMade }) {
  const [form, setForm] = useState(() => channelForm(channel, zoneId()));
  const [state, setState] = useState({ busy: false, error: null, secret: null });
  // A second click with the same form gets the same answer. Another form is another wish.
  const key = useMemo(() => crypto.randomUUID(), [JSON.stringify(form)]);
  const set = (name) => (value) => setForm((before) => ({ ...before, [name]: value }));
  const { error } = state;
  const wrong = (name) => error?.of?.(name) ?? error?.of?.(`rules.0.${name}`) ?? error?.of?.(`quiet_hours.${name}`);

  const save = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null, secret: null });
    try {
      const secret = channel ? await change(channel, form) : await create(form, key);
      toast(channel ? "The channel is changed." : "The channel is made. Send a test to see it work.");
      if (secret) {
        setState({ busy: false, error: null, secret });
        onMade?.();
      } else onDone();
    } catch (problem) {
      setState({ busy: false, error: problem, secret: null });
    }
  };
  const close = () => state.busy || onClose(); // an answer may hold a secret that is shown only once
  if (state.secret) return html`<${Secret} secret=${state.secret} onClose=${onDone} />`;
  const roles = session.roles.value;
  const leads = roles.includes("operator") || roles.includes("admin");
  return html`
    <${Dialog} title=${channel ? `Change ${escaped(channel.name)}` : "Add a channel"} onClose=${close} footer=${html`
      <${Button} disabled=${state.busy} onClick=${close}>Cancel</${Button}>
      <${Button} kind="primary" type="submit" form="channel-form" busy=${state.busy}>${channel ? "Save" : "Add"}</${Button}>`}>
      <form id="channel-form" class="form" onSubmit=${save}>
        ${error && !error.errors?.length && html`<${Notice} kind="bad">${sentenceOf(error)}</${Notice}>`}
        ${!channel && html`
          <${Choice} label="Kind" name="kind" value=${form.kind} onValue=${set("kind")} options=${KINDS} />
          <${TextField} label="Id" hint="Small letters, digits and -; it cannot change." value=${form.id} onValue=${set("id")} error=${wrong("id")} required />
          ${leads && html`<${Check} label="Shared: a team's channel" hint="It tells of everybody's transfers." checked=${form.shared} onValue=${set("shared")} />`}`}
        <${TextField} label="Name" value=${form.name} onValue=${set("name")} error=${wrong("name")} required />
        <${Where} form=${form} set=${set} wrong=${wrong} channel=${channel} />
        ${channel?.rules.length > 1
          ? html`<${Notice} kind="warn">This channel has several rules. Saving here replaces them all by one.</${Notice}>`
          : null}
        <${What} form=${form} set=${set} wrong=${wrong} />
        <${Quiet} form=${form} set=${set} wrong=${wrong} />
      </form>
    </${Dialog}>
  `;
}

const CHANGED = {
  code: "version_mismatch",
  detail: "Somebody changed this channel meanwhile, so nothing was saved. Reload the page to see how it is now.",
};

async function create(form, key) {
  const headers = { "Idempotency-Key": key };
  const made = await api.post("/api/notify/channels", { body: channelBody(form), headers });
  return made.signing_secret ?? null;
}

async function change(channel, form) {
  const path = `/api/notify/channels/${encodeURIComponent(channel.id)}`;
  const { document, headers } = await api.call("GET", path);
  if (!sameSettings(document, channel)) throw new ApiProblem(412, CHANGED); // since it was shown
  await api.patch(path, {
    body: channelBody(form, { patch: true }),
    headers: { "If-Match": headers.get("ETag") ?? "*" },
  });
  return null;
}

function Where({ form, set, wrong, channel }) {
  const kept = channel ? " Leave it empty to keep the address that is there." : "";
  if (form.kind === "email") {
    if (!form.shared) return html`<p class="hint">It goes to your own address: ${escaped(session.me.value?.email ?? "you have none yet; ask an admin")}.</p>`;
    return html`<${TextField} label="Addresses" hint="Up to 10, separated by commas." value=${form.mails} onValue=${set("mails")} error=${wrong("mails")} />`;
  }
  const hints = {
    teams: "The address of a Workflow 'when a Teams webhook request is received'.",
    slack: "The address of an incoming webhook, or use a bot token below.",
    webhook: "It gets signed JSON (Standard Webhooks).",
  };
  return html`
    <${TextField} label="Address" type="url" hint=${`${hints[form.kind]} It is a secret, and is not shown again.${kept}`}
      value=${form.address} onValue=${set("address")} error=${wrong("address")} />
    ${form.kind === "slack" && html`
      <div class="form-row">
        <${TextField} label="Bot token" optional type="password" value=${form.bot_token} onValue=${set("bot_token")} error=${wrong("bot_token")} />
        <${TextField} label="Slack channel" optional hint="Its id, as C0123ABCD" value=${form.slack_channel} onValue=${set("slack_channel")} error=${wrong("slack_channel")} />
      </div>`}
  `;
}

function What({ form, set, wrong }) {
  const toggle = (stage) => (on) => set("stages")(on ? [...form.stages, stage] : form.stages.filter((each) => each !== stage));
  return html`
    <fieldset class="field"><legend>Tell when a transfer has</legend>
      ${STAGES.map(([key, text]) => html`<${Check} key=${key} label=${text} checked=${form.stages.includes(key)} onValue=${toggle(key)} />`)}
      ${wrong("stages") && html`<p class="error">${wrong("stages")}</p>`}
    </fieldset>
    ${!form.shared && session.seesAll.value && html`
      <${SelectField} label="Whose transfers" value=${form.whose} onValue=${set("whose")} options=${[["mine", "Mine"], ["all", "Everybody's"]]} error=${wrong("whose")} />`}
    <div class="form-row">
      <${TextField} label="Only these destinations" optional hint="Their ids; empty: all" value=${form.destinations} onValue=${set("destinations")} error=${wrong("destinations")} />
      <${TextField} label="Collect for minutes" optional inputmode="numeric" hint="The first failure comes at once, the rest in one message." value=${form.digest_minutes} onValue=${set("digest_minutes")} error=${wrong("digest_minutes")} />
    </div>
  `;
}

function Quiet({ form, set, wrong }) {
  const toggle = (day) => (on) => set("days")(on ? [...form.days, day] : form.days.filter((each) => each !== day));
  return html`
    <${Check} label="Quiet hours" hint="What comes then is told in one message at their end." checked=${form.quiet} onValue=${set("quiet")} />
    ${form.quiet && html`
      <div class="form-row">
        <${TextField} label="From" type="time" value=${form.begins} onValue=${set("begins")} error=${wrong("begins")} />
        <${TextField} label="Until" type="time" value=${form.ends} onValue=${set("ends")} error=${wrong("ends")} />
        <${TextField} label="Time zone" value=${form.time_zone} onValue=${set("time_zone")} error=${wrong("time_zone")} />
      </div>
      <fieldset class="field"><legend>Days</legend>
        <div class="actions">${DAYS.map((day) => html`<${Check} key=${day} label=${day} checked=${form.days.includes(day)} onValue=${toggle(day)} />`)}</div>
      </fieldset>
      <${Check} label="Failures are told at once all the same" checked=${form.failures_pass} onValue=${set("failures_pass")} />`}
  `;
}

function Secret({ secret, onClose }) {
  return html`
    <${Dialog} title="The signing secret" onClose=${onClose} footer=${html`<${Button} kind="primary" onClick=${onClose}>I have kept it</${Button}>`}>
      <p>The receiver checks messages with it. It is shown only now.</p>
      <p><code>${secret}</code></p>
      <div><${CopyButton} text=${secret} kind="" /></div>
    </${Dialog}>
  `;
}
