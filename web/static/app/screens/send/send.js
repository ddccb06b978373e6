// The Send dialog. Its form stands in the page's address, so 'back' and links work.

import { html, useEffect, useMemo, useRef, useState } from "../../lib.js";
import { counted } from "../../format/bytes.js";
import { go, goQuery, guard, place } from "../../router.js";
import { Button } from "../../ui/button.js";
import { toast } from "../../ui/announce.js";
import { Dialog } from "../../ui/dialog.js";
import { Notice } from "../../ui/notice.js";
import { session } from "../../wiring.js";
import { maySend } from "../../transfers/readiness.js";
import { differs, readForm, writeForm } from "./form.js";
import { FormFields } from "./fields.js";
import { useBuckets, useDestinations, useListing, useSizes } from "./loading.js";
import { Outcomes } from "./outcome.js";
import { useSending } from "./sending.js";
import { rest, warnings } from "./tally.js";
import { missing } from "./words.js";

const NONE = [];

export default function Send() {
  if (maySend(session.roles.value)) return html`<${SendDialog} />`;
  return html`
    <${Dialog} title="Send files" onClose=${() => goQuery({ send: null })}>
      <${Notice} kind="warn" title="Your role sends no files">Auditors see everything and start nothing. Ask an admin for the role “user”.</${Notice}>
    </${Dialog}>
  `;
}

function SendDialog() {
  const { form, change, dirty, whole, leave, close } = useForm();
  const buckets = useBuckets();
  const destinations = useDestinations();
  const listing = useListing(form.bucket, form.prefix);
  const sizes = useSizes(form, listing);
  const sending = useSending();
  const destination = destinations.value?.items.find((each) => each.id === form.destination) ?? null;
  const lacks = missing({ form, destination, destinations, sizes, me: session.me.value });
  const send = async () => {
    const outcomes = await sending.send(form);
    if (outcomes === null) return;
    const left = rest(outcomes);
    if (left.length > 0) {
      if (several(outcomes)) change({ keys: left });
      return;
    }
    leave();
    tell(outcomes);
    goQuery({ send: null }); // 'back' leads to no form that would send it again
    go(outcomes.length === 1 ? `/transfers/${encodeURIComponent(outcomes[0].transfer.id)}` : "/transfers");
  };
  useQuestion(sending, dirty);
  useEffect(() => document.querySelector(".send [data-first]")?.focus(), []);
  useEffect(() => document.querySelector(".send [aria-invalid], .send [data-wrong] input:checked")?.focus(), [sending.errors]);
  const undone = rest(sending.outcomes);
  const again = several(sending.outcomes) && form.keys.length > 0 && form.keys.every((key) => undone.includes(key));
  const label = again ? `Try the rest again (${form.keys.length})` : several(form.keys) ? `Send ${form.keys.length} objects` : "Send";
  return html`
    <${Dialog} title="Send files" wide=${true} full=${true} onClose=${close} footer=${html`
      <p class="send-lacks small" role=${sending.busy ? null : "status"}>${sending.busy ? sending.progress : lacks}</p>
      ${sending.busy && several(form.keys)
        ? html`<${Button} onClick=${sending.stop}>Stop after this one</${Button}>`
        : html`<${Button} onClick=${close}>Close</${Button}>`}
      <${Button} kind="primary" icon="send" busy=${sending.busy} disabled=${Boolean(lacks)} onClick=${send}>${label}</${Button}>
    `}>
      <${Outcomes} outcomes=${several(sending.outcomes) ? sending.outcomes : NONE} />
      <${FormFields} busy=${sending.busy} ...${{ form, change, buckets, destinations, destination, listing, sizes, whole, close }}
        errors=${sending.errors} ready=${!lacks} />
    </${Dialog}>
  `;
}

const several = (list) => list.length > 1;

/** The form, which follows the address and is followed by it. */
function useForm() {
  const text = place.value.query.get("send");
  const first = useMemo(() => readForm(place.value.query), []);
  const [form, setForm] = useState(first);
  const [whole, setWhole] = useState(true);
  const written = useRef(text);
  const own = useRef(false);
  useEffect(() => {
    if (text === null || text === written.current) return; // 'back' within the dialog
    written.current = text;
    const told = readForm(place.value.query);
    // a choice that did not fit into the address is not lost by 'back' within a bucket
    setForm((now) => (!whole && told.bucket === now.bucket ? { ...told, keys: now.keys } : told));
  }, [text]);
  /** `step`: 'back' leads to what was before */
  const change = (changes, { step = false } = {}) => {
    const next = { ...form, ...changes };
    const { text: now, whole: fits } = writeForm(next);
    setForm(next);
    setWhole(fits);
    written.current = now;
    own.current = true;
    goQuery({ send: now }, { replace: !step });
    own.current = false;
  };
  const dirty = () => !own.current && differs(form, first);
  const leave = () => (own.current = true);
  return { form, change, dirty, whole, leave, close: () => goQuery({ send: null }) };
}

/** Asks before a half filled form, or one that is being sent, is left. */
function useQuestion(sending, dirty) {
  const now = useRef(null);
  now.current = () => {
    if (!dirty()) return null;
    if (sending.busy) return "Requests are still being made. What was accepted goes on, the others are left. Leave?";
    const unsure = sending.outcomes.some((each) => each.state === "unknown");
    return unsure ? "No answer came, so it is not known whether all was accepted. Leave it?" : "What is chosen here was not sent. Leave it?";
  };
  useEffect(() => guard(() => now.current()), []);
  useEffect(() => () => sending.abandon(), []);
}

function tell(outcomes) {
  const told = warnings(outcomes);
  const text = outcomes.length === 1 ? "Accepted." : `${counted(outcomes.length, "transfer")} accepted.`;
  if (told.length === 0) return toast(text);
  return toast(`${text} ${told.slice(0, 3).join(" ")}${told.length > 3 ? ` And ${told.length - 3} more warnings.` : ""}`, { kind: "note" });
}
