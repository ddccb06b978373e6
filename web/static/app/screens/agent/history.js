// The user's conversations, the newest first.

import { html, useEffect } from "../../lib.js";
import { shortened } from "../../format/names.js";
import { Button } from "../../ui/button.js";
import { Time } from "../../ui/name.js";
import { Empty, Failed, Loading } from "../../ui/notice.js";
import { desk } from "./wiring.js";

const TITLE = 80; // characters

export function History({ onShow }) {
  useEffect(() => {
    desk.readList();
  }, []);
  const list = desk.list.value;
  const isLoading = desk.isListing.value;
  return html`
    <div class="agent-messages" role="group" aria-label="Conversations" tabindex="0"><div class="agent-inner">
      ${desk.listError.value && html`<${Failed} error=${desk.listError.value} what="Your conversations could not be read." onAgain=${() => desk.readList()} />`}
      ${!list && isLoading && html`<${Loading} what="Loading your conversations" />`}
      ${list?.length === 0 && html`<${Empty} icon="agent" title="No conversation yet">What you and the agent say is kept here.</${Empty}>`}
      ${list?.length > 0 && html`<ul class="agent-list">${list.map((each) => html`<${Row} key=${each.id} chat=${each} onShow=${onShow} />`)}</ul>`}
      ${desk.cursor.value && html`<${Button} busy=${isLoading} onClick=${() => desk.readList(desk.cursor.value)}>Show older conversations</${Button}>`}
    </div></div>
  `;
}

function Row({ chat, onShow }) {
  const title = shortened(chat.title.replace(/\s+/g, " "), TITLE) || "Without a word yet";
  return html`
    <li>
      <button type="button" aria-current=${desk.shown.value?.id === chat.id ? "true" : null} onClick=${() => onShow(chat.id)}>
        <bdi>${title}</bdi>
        <span class="small muted"><${Time} at=${chat.updated_at} short=${true} />${standing(chat)}</span>
      </button>
    </li>
  `;
}

function standing({ state, open_proposal_id }) {
  if (state === "answering") return ", answering";
  return open_proposal_id ? ", a proposal waits" : "";
}
