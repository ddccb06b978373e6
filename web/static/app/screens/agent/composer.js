// Where the user writes. Enter sends, and Shift with Enter begins a new line.

import { html, useEffect, useId, useRef } from "../../lib.js";
import { focusWishes } from "../../agent.js";
import { count } from "../../format/bytes.js";
import { Button } from "../../ui/button.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { lengthOf, lengthText, MOST_CHARACTERS } from "./words.js";

/** `left`: tokens of today, where that is known. */
export function Composer({ chat, left }) {
  const id = useId();
  const field = useRef(null);
  useWishedFocus(field, chat);
  const draft = chat.draft.value;
  const isTooLong = lengthOf(draft.trim()) > MOST_CHARACTERS;
  const isAnswering = chat.isAnswering.value;
  const send = (event) => {
    event?.preventDefault();
    chat.send();
  };
  const key = (event) => {
    const isEnter = event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (isEnter && !event.isComposing) send(event); // while a word is composed Enter chooses it
  };
  return html`
    <form class="agent-form" onSubmit=${send}>
      <${Refusal} chat=${chat} />
      <div class="field" data-wrong=${isTooLong ? "" : null}>
        <label for=${id} class="unseen">Message to the agent</label>
        <textarea ref=${field} class="input" id=${id} rows="3" placeholder="Ask, or say what to send where" dir="auto"
          aria-describedby=${`${id}-length`} aria-invalid=${isTooLong ? "true" : null} value=${draft}
          onInput=${(event) => (chat.draft.value = event.currentTarget.value)} onKeyDown=${key}></textarea>
      </div>
      <div class="agent-actions">
        <div>
          <p id=${`${id}-length`} class=${isTooLong ? "error" : "hint"}>${lengthText(draft.trim())}</p>
          ${left != null && html`<p class="hint">${count(left)} tokens left today</p>`}
        </div>
        ${isAnswering
          ? html`<${Button} key="stop" icon="cancel" busy=${chat.isStopping.value} onClick=${() => chat.stop()}>Stop</${Button}>`
          : html`<${Button} key="send" kind="primary" icon="send" disabled=${!chat.mayBeSent} onClick=${send}>Send</${Button}>`}
      </div>
    </form>
  `;
}

function Refusal({ chat }) {
  const text = chat.refusal.value ? sentenceOf(chat.refusal.value) : "";
  return text ? html`<${Notice} kind="bad">${text}</${Notice}>` : null;
}

/** Also when Stop, which had the focus, became Send. */
function useWishedFocus(field, chat) {
  const wish = focusWishes.value;
  useEffect(() => {
    if (wish > 0) field.current?.focus();
  }, [wish, chat]);
  const isAnswering = chat.isAnswering.value;
  useEffect(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (isLost && wish > 0) field.current?.focus();
  }, [isAnswering]);
}
