// Who was told of a transfer: its tickets, and the messages about it.

import { html, useEffect, useState } from "../../lib.js";
import { SignedOut } from "../../api/problem.js";
import { counted } from "../../format/bytes.js";
import { escaped } from "../../format/names.js";
import { Button } from "../../ui/button.js";
import { Name, Time } from "../../ui/name.js";
import { Failed, Loading } from "../../ui/notice.js";
import { api } from "../../wiring.js";
import { transferPath } from "./readings.js";

/** After the end it takes some seconds until tickets are resolved and messages are sent. */
const LOOKS_AFTER_END_MS = [3_000, 10_000, 30_000];
const TICKETS = { waiting: "is not made yet", open: "open", resolved: "resolved", cancelled: "cancelled", closed: "closed by a person" };
const KINDS = { user: "Ticket", audit: "Audit ticket" };
const MESSAGES = { waiting: "waits", sending: "is being sent", sent: "sent", failed: "failed" };

export function TicketCard({ id, ended }) {
  const tickets = useLooks(transferPath(id, "/tickets"), ended, (found) => found.tickets.every(isSettled));
  const messages = useLooks(transferPath(id, "/notifications"), ended, (found) => found.notifications.every(isTold));
  return html`
    <div class="cards">
      <${Told} title="Tickets" found=${tickets} none="No ticket is kept for this transfer.">
        ${tickets.value?.tickets.map((each) => html`<${Ticket} key=${each.id} ticket=${each} />`)}
      </${Told}>
      <${Told} title="Messages" found=${messages} none="Nobody was told of it by a message, as far as you may see.">
        ${messages.value?.notifications.map((each) => html`<${Message} key=${each.id} message=${each} />`)}
      </${Told}>
    </div>
  `;
}

function isSettled({ status }) {
  return status === "resolved" || status === "cancelled" || status === "closed";
}

function isTold({ status }) {
  return status === "sent" || status === "failed";
}

function Told({ title, found, none, children }) {
  return html`
    <section class="card" aria-label=${title}>
      <div class="card-head"><h2>${title}</h2>
        <${Button} kind="quiet small" icon="retry" busy=${found.loading} onClick=${found.again}
          aria-label=${`Look for ${title.toLowerCase()} again`}>Look again</${Button}></div>
      ${found.error && html`<${Failed} error=${found.error} what=${`${title} could not be read.`} />`}
      ${!found.value && !found.error && html`<${Loading} lines=${2} what=${`Loading ${title.toLowerCase()}`} />`}
      ${children?.length > 0 && html`<ul class="told">${children}</ul>`}
      ${found.value && !(children?.length > 0) && html`<p class="muted">${none}</p>`}
    </section>
  `;
}

function Ticket({ ticket }) {
  const number = ticket.number ? html`<${Name} text=${ticket.number} />` : "";
  const isLink = ticket.number && /^https:\/\//i.test(ticket.url ?? "");
  return html`
    <li>
      <span>${KINDS[ticket.kind] ?? ticket.kind}${" "}
        ${isLink ? html`<a href=${ticket.url} target="_blank" rel="noopener noreferrer">${number}</a>` : number}</span>
      <span class="muted">${TICKETS[ticket.status] ?? ticket.status}${ticket.follows && html`, after <${Name} text=${ticket.follows} />`}</span>
      ${ticket.trouble && html`<p class="small">${escaped(ticket.trouble.message)} (${escaped(ticket.trouble.code)})</p>`}
    </li>
  `;
}

function Message({ message }) {
  const stages = message.stages.join(", ");
  return html`
    <li>
      <span><${Name} text=${message.channel_id} />${message.recipient && html` to <${Name} text=${message.recipient} />`}</span>
      <span class="muted">${stages}${message.events > 1 && ` (${counted(message.events, "event")})`}: ${MESSAGES[message.status] ?? message.status}
        ${message.sent_at && html`, <${Time} at=${message.sent_at} />`}</span>
      ${message.failure && html`<p class="small">${escaped(message.failure.message)} (${escaped(message.failure.code)})</p>`}
    </li>
  `;
}

/** Read once, and a few times more after the end, until `settled` says that nothing will change. */
function useLooks(path, ended, settled) {
  const [state, set] = useState({ value: null, error: null, loading: true });
  const [turn, again] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const waits = ended ? [...LOOKS_AFTER_END_MS] : [];
    let timer = null;
    const look = async () => {
      set((old) => ({ ...old, loading: true }));
      let isDone = false;
      try {
        const value = await api.get(path, { signal: stop.signal });
        isDone = settled(value);
        if (!stop.signal.aborted) set({ value, error: null, loading: false });
      } catch (error) {
        if (stop.signal.aborted || error instanceof SignedOut) return;
        set((old) => ({ value: old.value, error, loading: false }));
      }
      if (!stop.signal.aborted && !isDone && waits.length) timer = setTimeout(look, waits.shift());
    };
    look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, ended, turn]);
  return { ...state, again: () => again((before) => before + 1) };
}
