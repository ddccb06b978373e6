// Changing a partner: only what differs is sent, and only if nobody changed it meanwhile.

import { html, useRef, useState } from "../../lib.js";
import { escaped } from "../../format/names.js";
import { goQuery } from "../../router.js";
import { toast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Notice } from "../../ui/notice.js";
import { useIsShown } from "../../ui/shown.js";
import { api } from "../../wiring.js";
import { Problem, saved, useGuard } from "./add.js";
import { partnerPath } from "./loading.js";
import { PartnerFields } from "./partner_fields.js";
import { effects, formOf, patchOf, wrongFields } from "./partner_form.js";
import { isStale, wrongOf } from "./refusal.js";

/** @param {{view: object, etag: string, onSaved(view: object, etag: string): void, onReload(): void}} p */
export function ChangePartner({ view, etag, onSaved, onReload }) {
  const [touched, touch] = useState({}); // what was typed; the rest follows the partner
  const [state, setState] = useState({ busy: false, error: null, wrong: {} });
  const running = useRef(false);
  const isShown = useIsShown();
  const form = { ...formOf(view), ...touched };
  const lacks = wrongFields(form, view);
  const patch = patchOf(view, form);
  useGuard(touched, {});
  const close = () => goQuery({ change: null });
  const save = async (event) => {
    event.preventDefault();
    if (Object.keys(lacks).length || running.current || patch === null) return undefined;
    running.current = true;
    setState({ busy: true, error: null, wrong: {} });
    try {
      const { document, headers } = await api.call("PATCH", partnerPath(view.id), { body: patch, headers: { "If-Match": etag } });
      touch({});
      toast(`${escaped(document.name)} was changed.`);
      onSaved(document, headers.get("ETag"));
      if (!isShown.current) return undefined;
      saved();
      close();
    } catch (error) {
      setState({ busy: false, error, wrong: wrongOf(error) });
    } finally {
      running.current = false;
    }
    return undefined;
  };
  const { error, wrong, busy } = state;
  const reload = () => {
    setState({ busy: false, error: null, wrong: {} });
    onReload();
  };
  return html`
    <${Dialog} title="Change the partner" wide=${true} full=${true} onClose=${close} footer=${html`
      <${Button} onClick=${close}>Cancel</${Button}>
      <${Button} kind="primary" type="submit" form="change-partner" busy=${busy} disabled=${patch === null || Object.keys(lacks).length > 0}>Save</${Button}>`}>
      <form id="change-partner" class="form partner-form" onSubmit=${save} autocomplete="off">
        ${isStale(error) && html`<${Notice} kind="warn" title="Somebody changed this partner meanwhile" action=${html`<${Button} onClick=${reload}>Read it again</${Button}>`}>What you typed stays. Look at the rest before you save.</${Notice}>`}
        ${error && !isStale(error) && html`<${Problem} error=${error} wrong=${wrong} unsure="Read the partner again before you try once more." />`}
        <${PartnerFields} form=${form} wrong=${{ ...wrong, ...lacks }} stored=${storedText(view)} change=${(changes) => touch((before) => ({ ...before, ...changes }))} />
        <${Effects} said=${effects(view, patch)} />
      </form>
    </${Dialog}>
  `;
}

function Effects({ said }) {
  return html`
    <div role="status">
      ${said.length > 0 && html`<${Notice} kind="warn" title="What this change brings with it"><ul class="said">${said.map((each) => html`<li key=${each}>${each}</li>`)}</ul></${Notice}>`}
    </div>
  `;
}

function storedText(view) {
  const there = [view.has_password && "a password", view.has_key && "a private key"].filter(Boolean);
  return there.length ? `Stored: ${there.join(" and ")}. Leave these empty to keep it.` : "Nothing is stored.";
}
