// What was said, as plain text: links and images in it are words of a model, and may be somebody else's.

import { html, useLayoutEffect, useRef, useState } from "../../lib.js";
import { count } from "../../format/bytes.js";
import { escaped, escapedText } from "../../format/names.js";
import { Button } from "../../ui/button.js";
import { Time } from "../../ui/name.js";
import { Failed, Loading, Notice } from "../../ui/notice.js";
import { ProposalCard } from "./card.js";
import { sentencesOf, textOf } from "./pieces.js";
import { lookedAtText, nowText } from "./words.js";

const SHOWN = 60; // messages; earlier ones are asked for
const NEAR_END = 80; // px: who is that near to the end is kept there

export function Messages({ chat, isOff }) {
  const [box, content] = [useRef(null), useRef(null)];
  const messages = chat.messages.value;
  useEndInView(box, content, chat.sending.value);
  return html`
    <div class="agent-messages" ref=${box} tabindex="0" role="group" aria-label="Messages"><div class="agent-inner" ref=${content}>
      ${chat.error.value && html`<${Failed} error=${chat.error.value} what="This conversation could not be read." onAgain=${() => chat.read()} />`}
      ${chat.isLoading.value && messages.length === 0 && !chat.error.value && html`<${Loading} what="Loading the conversation" />`}
      ${!chat.id && !chat.isAnswering.value && !isOff && html`<${Greeting} />`}
      <${Transcript} messages=${messages} isHeld=${chat.isAnswering.value} openId=${chat.conversation.value?.open_proposal_id} />
      ${chat.isCut.value && html`<${Notice} kind="warn">This conversation is too long to be shown whole. Begin a new one.</${Notice}>`}
      ${chat.sending.value !== null && html`<${Said} by="user" text=${chat.sending.value} />`}
      ${chat.isAnswering.value && html`<${BeingWritten} chat=${chat} />`}
    </div></div>
  `;
}

/** @param {{messages: object[], isHeld?: boolean, openId?: string | null}} p `isHeld`: nothing can be decided just now */
export function Transcript({ messages, isHeld = false, openId = null }) {
  const [isWhole, showAll] = useState(false);
  const hidden = isWhole ? 0 : Math.max(0, messages.length - SHOWN);
  const newest = messages.findLast((each) => each.proposal_id)?.proposal_id;
  return html`
    ${hidden > 0 && html`<${Button} kind="quiet" onClick=${() => showAll(true)}>Show ${count(hidden)} earlier messages</${Button}>`}
    ${messages.slice(hidden).map((each) => html`
      <${Said} key=${each.number} ...${each} isHeld=${isHeld}
        isShown=${each.proposal_id === newest || each.proposal_id === openId} />
    `)}
  `;
}

function Said({ by, text, at, looked_at = [], trouble, proposal_id, isShown, isHeld }) {
  const looked = lookedAtText(looked_at);
  return html`
    <article class="agent-said" data-by=${by} aria-label=${by === "user" ? "You" : "Agent"}>
      <p class="agent-by small muted">${by === "user" ? "You" : "Agent"}${at && html`, <${Time} at=${at} short=${true} />`}</p>
      ${text && html`<p class="agent-text" dir="auto">${escapedText(text)}</p>`}
      ${looked && html`<p class="small muted">${looked}</p>`}
      ${trouble && html`<${Notice} kind="warn">${escaped(trouble.message)}</${Notice}>`}
      ${proposal_id && html`<${Proposed} id=${proposal_id} isShown=${isShown} isHeld=${isHeld} />`}
    </article>
  `;
}

/** Old proposals are read when somebody wants to see them. */
function Proposed({ id, isShown, isHeld }) {
  const [isWanted, want] = useState(false);
  if (isShown || isWanted) return html`<${ProposalCard} id=${id} isHeld=${isHeld} />`;
  return html`<${Button} kind="small" icon="note" onClick=${() => want(true)}>Show what was proposed here</${Button}>`;
}

/** A reader hears each sentence when it is whole. */
function BeingWritten({ chat }) {
  const { sentences, rest } = sentencesOf(textOf(chat.pieces.value));
  return html`
    <article class="agent-said" data-by="agent" aria-label="Agent" aria-busy="true">
      <p class="agent-text" dir="auto"><span role="log" aria-live="polite">
        ${sentences.map((each, at) => html`<span key=${at}>${escapedText(each)}</span>`)}</span>
        <span aria-hidden="true">${escapedText(rest)}</span></p>
      <p class="agent-now small muted" role="status">${nowText(chat.tool.value, chat.isStopping.value)}</p>
    </article>
  `;
}

function Greeting() {
  return html`
    <div class="agent-greeting muted">
      <p>Ask what you want to know of your transfers, files and partners. Say what you want sent.</p>
      <p>The agent looks with your rights. It does nothing itself: it proposes, and you confirm.</p>
    </div>
  `;
}

/** The newest is in view, unless somebody has scrolled away from it. Whoever says something sees it. */
function useEndInView(box, content, sending) {
  useLayoutEffect(() => {
    const { current } = box;
    let isNear = true;
    const look = () => {
      isNear = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR_END;
    };
    const grown = new ResizeObserver(() => isNear && toEnd(current)); // also when a card comes later
    grown.observe(content.current);
    current.addEventListener("scroll", look, { passive: true });
    return () => {
      grown.disconnect();
      current.removeEventListener("scroll", look);
    };
  }, []);
  useLayoutEffect(() => {
    if (sending !== null) toEnd(box.current);
  }, [sending]);
}

function toEnd(box) {
  box.scrollTop = box.scrollHeight;
}
