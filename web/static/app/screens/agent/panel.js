// The agent's panel: the conversation that is shown, the list of all, or why there is neither.

import { html, useEffect, useRef, useState } from "../../lib.js";
import { focusWishes } from "../../agent.js";
import { IconButton } from "../../ui/button.js";
import { Failed, Loading, Notice } from "../../ui/notice.js";
import { Composer } from "./composer.js";
import { History } from "./history.js";
import { Messages } from "./messages.js";
import { desk } from "./wiring.js";

export default function AgentPanel({ onClose }) {
  const [isHistory, setHistory] = useState(false);
  const heading = useRef(null);
  useEffect(() => {
    desk.open();
    return () => desk.close();
  }, []);
  const isOff = desk.health.value?.status === "off";
  useWishedFocus(isOff || isHistory, heading);
  const show = (id) => {
    desk.show(id);
    setHistory(false);
    focusWishes.value += 1;
  };
  const chat = desk.shown.value;
  return html`
    <header class="agent-head">
      <h2 ref=${heading} tabindex="-1">${isHistory ? "Conversations" : "Agent"}</h2>
      <${IconButton} icon="history" label="Conversations" aria-pressed=${isHistory ? "true" : "false"}
        onClick=${() => setHistory(!isHistory)} />
      <${IconButton} icon="add" label="New conversation" disabled=${isOff} onClick=${() => show(null)} />
      <${IconButton} icon="close" label="Close the agent" onClick=${onClose} />
    </header>
    ${isOff && html`<${Off} />`}
    ${desk.error.value && html`<${Failed} error=${desk.error.value} what="The agent could not be asked whether it answers." onAgain=${() => desk.look()} />`}
    ${isHistory && html`<${History} onShow=${show} />`}
    ${!isHistory && !chat && html`<${Loading} what="Looking for your conversations" />`}
    ${!isHistory && chat && html`<${Messages} key=${chat.number} chat=${chat} isOff=${isOff} />`}
    ${!isHistory && chat && !isOff && html`<${Composer} key=${`${chat.number} field`} chat=${chat} left=${desk.health.value?.tokens_left_today} />`}
  `;
}

/** Whoever asked for the panel starts in its field, or where there is none at its heading. */
function useWishedFocus(isWithoutField, heading) {
  const wish = focusWishes.value;
  useEffect(() => {
    if (wish > 0 && isWithoutField) heading.current?.focus();
  }, [wish, isWithoutField]);
}

function Off() {
  return html`
    <${Notice} title="The agent is off">
      This FileFerry has no model to talk to. Everything else works without it.
    </${Notice}>
  `;
}
