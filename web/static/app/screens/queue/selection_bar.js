// What may be done with the rows that are selected, and the question before they are cancelled.

import { html } from "../../lib.js";
import { count, counted } from "../../format/bytes.js";
import { Button } from "../../ui/button.js";
import { Confirm } from "../../ui/dialog.js";
import { Name } from "../../ui/name.js";
import { paceText } from "./bulk_panel.js";
import { isRunning } from "./console_bulk.js";
import { ACTIONS, mayDo } from "./permissions.js";
import { nameOf } from "../../transfers/naming.js";

const NAMED = 3; // in the question

/** @param {{rows: object[], isAll: boolean, me: object, onAction: Function, onClear: Function}} p */
export function SelectionBar({ rows, isAll, me, onAction, onClear }) {
  if (rows.length === 0) return null;
  const allowed = ACTIONS.map((action) => [action, rows.filter((shown) => mayDo(action.key, shown, me))]);
  const some = allowed.filter(([, each]) => each.length > 0);
  const says = isAll ? `All ${count(rows.length)} of this list selected` : `${count(rows.length)} selected`;
  return html`
    <section class="queue-selected" aria-label="Selected transfers">
      <div class="queue-selected-text"><strong role="status">${says}</strong>
        ${isAll && html`<span class="muted small"> What comes later is not.</span>`}</div>
      <div class="actions">
        ${some.map(
          ([{ key, icon, text }, each]) => html`
            <${Button} key=${key} icon=${icon} kind=${key === "cancel" ? "danger" : ""} disabled=${isRunning()}
              onClick=${() => onAction(key, each)}>${text} ${count(each.length)}</${Button}>
          `,
        )}
        ${some.length === 0 && html`<span class="muted small">Nothing can be done with these now.</span>`}
        <${Button} kind="quiet" onClick=${onClear}>Clear</${Button}>
      </div>
    </section>
  `;
}

/** Asks before `rows` are cancelled. */
export function CancelQuestion({ rows, onYes, onNo }) {
  const more = rows.length - NAMED;
  const many = counted(rows.length, "transfer");
  return html`
    <${Confirm} title=${`Cancel ${many}?`} action=${`Cancel ${many}`} onYes=${onYes} onNo=${onNo}>
      <ul class="queue-named">
        ${rows.slice(0, NAMED).map(
          (shown) => html`<li key=${shown.id}><${Name} text=${nameOf(shown)} most=${60} />${" to "}
            <${Name} text=${shown.destination.name ?? shown.destination.id} /></li>`,
        )}
        ${more > 0 && html`<li class="muted">and ${count(more)} more</li>`}
      </ul>
      <p>What was moved so far is removed at the partner. A cancelled transfer cannot be resumed. ${paceText(rows.length)}</p>
    </${Confirm}>
  `;
}
