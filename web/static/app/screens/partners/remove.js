// Removing a partner: its id is typed before, so that nobody removes the wrong one.

import { html, useState } from "../../lib.js";
import { go } from "../../router.js";
import { escaped } from "../../format/names.js";
import { toast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { TextField } from "../../ui/field.js";
import { Name } from "../../ui/name.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { useIsShown } from "../../ui/shown.js";
import { api } from "../../wiring.js";
import { partnerPath } from "./loading.js";
import { isStale } from "./refusal.js";

/** @param {{view: object, etag: string, onClose(): void, onReload(): void}} p */
export function RemovePartner({ view, etag, onClose, onReload }) {
  const [typed, type] = useState("");
  const [state, setState] = useState({ busy: false, error: null });
  const isShown = useIsShown();
  const fits = typed.trim() === view.id;
  const remove = async (event) => {
    event.preventDefault();
    if (!fits || state.busy) return;
    setState({ busy: true, error: null });
    try {
      await api.delete(partnerPath(view.id), { headers: { "If-Match": etag } });
      toast(`${escaped(view.name)} was removed.`);
      if (isShown.current) go("/partners", { replace: true }); // else its user is somewhere else
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const { error } = state;
  const again = isStale(error) && html`<${Button} onClick=${() => { onReload(); onClose(); }}>Read it again</${Button}>`;
  return html`
    <${Dialog} title="Remove the partner?" onClose=${onClose} footer=${html`
      <${Button} onClick=${onClose}>Keep</${Button}>
      <${Button} kind="danger" type="submit" form="remove-partner" busy=${state.busy} disabled=${!fits}>Remove</${Button}>`}>
      <form id="remove-partner" class="form" onSubmit=${remove}>
        <p><${Name} text=${view.name} /> and its stored credential are removed. Transfers that ended stay in the history. It is refused while a transfer needs the partner.</p>
        ${error && html`<${Notice} kind="bad" title="It was not removed" action=${again}>${sentenceOf(error)}</${Notice}>`}
        <${TextField} label=${`Type its id, ${view.id}`} value=${typed} onValue=${type} />
      </form>
    </${Dialog}>
  `;
}
