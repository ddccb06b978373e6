// Adding a partner. Its secrets are in this form only, and leave it with the request.

import { html, useEffect, useRef, useState } from "../../lib.js";
import { Unreachable } from "../../api/problem.js";
import { escaped } from "../../format/names.js";
import { go, goQuery, guard } from "../../router.js";
import { toast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { useIsShown } from "../../ui/shown.js";
import { api } from "../../wiring.js";
import { PartnerFields } from "./partner_fields.js";
import { EMPTY, NO_SECRETS, requestOf, wrongFields } from "./partner_form.js";
import { wrongOf } from "./refusal.js";

export function AddPartner() {
  const [form, setForm] = useState(EMPTY);
  const [state, setState] = useState({ busy: false, error: null, wrong: {} });
  const key = useRef(null); // one for each state of the form: the same wish is never served twice
  const running = useRef(false);
  const isShown = useIsShown();
  useGuard(form, EMPTY);
  const change = (changes) => {
    key.current = null;
    setForm((before) => ({ ...before, ...changes }));
  };
  const save = async (event) => {
    event.preventDefault();
    const wrong = wrongFields(form);
    if (Object.keys(wrong).length) return setState({ busy: false, error: null, wrong });
    if (running.current) return undefined;
    running.current = true;
    key.current ??= crypto.randomUUID();
    setState({ busy: true, error: null, wrong: {} });
    try {
      const body = requestOf(form);
      const view = await api.post("/api/destinations", { body, headers: { "Idempotency-Key": `console-${key.current}` } });
      setForm((before) => ({ ...before, ...NO_SECRETS }));
      toast(`${escaped(view.name)} was added.`);
      if (!isShown.current) return undefined; // its user is somewhere else by now
      saved();
      go(`/partners/${view.id}`);
    } catch (error) {
      setState({ busy: false, error, wrong: wrongOf(error) });
    } finally {
      running.current = false;
    }
    return undefined;
  };
  const close = () => goQuery({ add: null });
  const { error, wrong, busy } = state;
  return html`
    <${Dialog} title="Add a partner" wide=${true} full=${true} onClose=${close} footer=${html`
      <${Button} onClick=${close}>Cancel</${Button}>
      <${Button} kind="primary" type="submit" form="add-partner" busy=${busy}>Add</${Button}>`}>
      <form id="add-partner" class="form partner-form" onSubmit=${save} autocomplete="off">
        <p class="muted">The next steps are to confirm the server's host key and to test it. Nothing is sent there before its key is confirmed.</p>
        ${error && html`<${Problem} error=${error} wrong=${wrong} unsure="Press the button again: the same partner is never added twice." />`}
        <${PartnerFields} form=${form} change=${change} wrong=${wrong} isNew=${true} />
      </form>
    </${Dialog}>
  `;
}

const leaving = { now: false };

/** Asks before a half filled form is left. */
export function useGuard(form, first) {
  const latest = useRef(form);
  latest.current = form;
  useEffect(() => {
    leaving.now = false;
    return guard(() => {
      const differs = JSON.stringify(latest.current) !== JSON.stringify(first);
      return differs && !leaving.now ? "This form was not saved. Leave it?" : null;
    });
  }, []);
}

/** After the form was saved, nobody is asked. */
export function saved() {
  leaving.now = true;
}

/** `unsure`: what to do where no answer came. */
export function Problem({ error, wrong, unsure }) {
  if (error instanceof Unreachable) {
    return html`<${Notice} kind="bad" title="No answer came">It is not known whether it was saved. ${unsure}</${Notice}>`;
  }
  if (Object.keys(wrong).length) return html`<${Notice} kind="bad" title="It was not saved">See the fields below.</${Notice}>`;
  return html`<${Notice} kind="bad" title="It was not saved">${sentenceOf(error)}</${Notice}>`;
}
