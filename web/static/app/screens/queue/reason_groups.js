// Failed transfers by their reason, each group to be retried with one click.

import { html } from "../../lib.js";
import { count } from "../../format/bytes.js";
import { Button } from "../../ui/button.js";
import { isRunning } from "./console_bulk.js";
import { choices } from "./matching.js";
import { mayDo } from "./permissions.js";

const OFFERED = 4;

/** @param {{rows: object[], me: object, onRetry: (rows: object[]) => void}} p `rows`: that are listed */
export function ReasonGroups({ rows, me, onRetry }) {
  const failed = rows.filter((shown) => mayDo("retry", shown, me));
  const groups = choices(failed, (shown) => shown.failure?.code ?? null).filter(([, number]) => number > 1);
  if (groups.length === 0) return null;
  return html`
    <div class="queue-groups" role="group" aria-label="Retry by reason">
      ${groups.slice(0, OFFERED).map(
        ([code, number]) => html`
          <${Button} key=${code} icon="retry" disabled=${isRunning()}
            onClick=${() => onRetry(failed.filter((shown) => shown.failure?.code === code))}>
            Retry all ${count(number)} with ${code}
          </${Button}>
        `,
      )}
      ${groups.length > OFFERED && html`<span class="muted small">${count(groups.length - OFFERED)} more reasons: choose one as filter.</span>`}
    </div>
  `;
}
