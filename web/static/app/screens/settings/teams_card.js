// Connects Microsoft Teams with the account. Where FileFerry has no Teams there is no such card.

import { html, useEffect, useState } from "../../lib.js";
import { durationText } from "../../format/durations.js";
import { useAgain, useEvery } from "../../transfers/use_every.js";
import { toast } from "../../ui/announce.js";
import { Button, CopyButton } from "../../ui/button.js";
import { Name, Time } from "../../ui/name.js";
import { Failed, Notice, sentenceOf } from "../../ui/notice.js";
import { api, live } from "../../wiring.js";
import { Teams } from "./teams.js";

const LOOK_MS = 5_000; // while a code waits; it waits for five minutes
const TICK_MS = 1_000;

export function TeamsCard() {
  const [teams] = useState(() => new Teams({ api, say: toast }));
  useEffect(() => {
    teams.look();
  }, []);
  const links = teams.links.value;
  const error = teams.error.value;
  if (!links && !error) return null;
  return html`
    <section class="card">
      <h2>Microsoft Teams</h2>
      ${error && html`<${Failed} error=${error} onAgain=${() => teams.look()} what="It is not known whether Teams is connected." />`}
      ${links && html`<${Connection} teams=${teams} links=${links} />`}
    </section>
  `;
}

function Connection({ teams, links }) {
  const code = teams.code.value;
  const refusal = teams.refusal.value;
  const busy = teams.busy.value;
  return html`
    ${!links.length && html`<p class="muted">Talk to the agent in Teams, with your rights. You confirm here what it proposes there.</p>`}
    ${links.map((each) => html`<${Link} key=${each.connected_at} link=${each} />`)}
    ${code && html`<${Code} teams=${teams} code=${code} />`}
    ${!code && teams.isOver.value && html`<${Notice} kind="warn">The time of the code is over. If Teams is not connected, make a new one.</${Notice}>`}
    ${refusal && html`<${Notice} kind="bad">${sentenceOf(refusal)}</${Notice}>`}
    <p>
      <${Button} busy=${busy === "connect"} onClick=${() => teams.connect()}>${code ? "Make a new code" : "Connect Microsoft Teams"}</${Button}>
      ${links.length > 0 && html`<${Button} kind="danger" busy=${busy === "disconnect"} onClick=${() => teams.disconnect()}>Disconnect</${Button}>`}
    </p>
  `;
}

function Link({ link }) {
  const isEnded = link.state === "ended";
  return html`
    <dl class="pairs">
      <dt>${isEnded ? "Was connected with" : "Connected with"}</dt>
      <dd>${link.teams_name === null ? "somebody in Teams" : html`<${Name} text=${link.teams_name} most=${60} />`}</dd>
      <dt>Since</dt><dd><${Time} at=${link.connected_at} /></dd>
      ${isEnded ? html`<dt>Ended</dt><dd>Its session is over. Connect again.</dd>` : html`<dt>Ends</dt><dd>at <${Time} at=${link.expires_at} /> at the latest</dd>`}
    </dl>
  `;
}

function Code({ teams, code }) {
  const again = useAgain();
  const left = Date.parse(code.expires_at) - (live.serviceNow() ?? new Date()).getTime();
  useEvery(TICK_MS, () => (left > 0 ? again() : teams.giveUp()));
  useEvery(LOOK_MS, () => teams.look());
  return html`
    <${Notice} title="Send this code to the FileFerry bot in Teams" action=${html`<${CopyButton} text=${code.code} label="Copy the code" />`}>
      <p><code>${code.code}</code></p>
      <p>Send it in a chat with the bot alone. Whoever sends it talks to the agent as you, so show it to nobody.</p>
      <p role="timer">${left > 0 ? `It is good once, for ${durationText(left / 1_000)}.` : "Its time is over."}</p>
    </${Notice}>
  `;
}
