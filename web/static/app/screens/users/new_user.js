// Adding a user.

import { html, useMemo, useState } from "../../lib.js";
import { toast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { api } from "../../wiring.js";
import { useIsShown } from "../../ui/shown.js";
import { UserFields } from "./user_fields.js";
import { formOf, requestOf } from "./user_words.js";

export function NewUser({ onClose, onDone }) {
  const [form, setForm] = useState(() => formOf(null));
  const [state, setState] = useState({ busy: false, error: null });
  // A second click with the same form gets the same answer. Another form is another wish.
  const key = useMemo(() => crypto.randomUUID(), [JSON.stringify(form)]);
  const isShown = useIsShown();
  const set = (name) => (value) => setForm((before) => ({ ...before, [name]: value }));
  const save = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null });
    try {
      await api.post("/api/users", { body: requestOf(form), headers: { "Idempotency-Key": key } });
      toast(`User ${form.user.trim()} is there.`);
      if (isShown.current) onClose();
      onDone();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const { error } = state;
  return html`
    <${Dialog} title="Add a user" onClose=${onClose} footer=${html`
      <${Button} onClick=${onClose}>Cancel</${Button}>
      <${Button} kind="primary" type="submit" form="new-user" busy=${state.busy}>Add</${Button}>`}>
      <form id="new-user" class="form" onSubmit=${save}>
        ${error && !error.errors?.length && html`<${Notice} kind="bad">${sentenceOf(error)}</${Notice}>`}
        <${UserFields} form=${form} set=${set} wrong=${(name) => error?.of?.(name)} isNew />
      </form>
    </${Dialog}>
  `;
}
