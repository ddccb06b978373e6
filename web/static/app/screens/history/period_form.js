// Which period, destination and whose transfers the figures are of. Each change is in the address.

import { html, useState } from "../../lib.js";
import { goQuery } from "../../router.js";
import { Button } from "../../ui/button.js";
import { Field, SelectField } from "../../ui/field.js";
import { PERIODS } from "./figures.js";
import { EVERYBODY, MINE } from "./filters.js";
import { isDate } from "./moments.js";

export function PeriodForm({ period, owner, seesAll, destination, destinations, busy }) {
  const known = [...new Set([...(destination ? [destination] : []), ...destinations])].sort();
  return html`
    <form class="card past-filters" onSubmit=${(event) => event.preventDefault()} aria-label="What the figures are of" role="search" aria-busy=${busy ? "true" : null}>
      <div class="past-fields">
        <${SelectField} label="Destination" value=${destination ?? ""} onValue=${(id) => goQuery({ destination: id })}
          options=${[["", "All"], ...known.map((id) => [id, id])]} />
        ${seesAll && html`<${SelectField} label="Whose" value=${owner} onValue=${(value) => goQuery({ owner: value === MINE ? MINE : null })}
          options=${[[EVERYBODY, "Everybody's"], [MINE, "Mine"]]} />`}
        <${Day} label="First day" day=${period.first} onDay=${(first) => goOwn(first, period.until < first ? first : period.until)} />
        <${Day} label="Last day" day=${period.until} onDay=${(until) => goOwn(period.first > until ? until : period.first, until)} />
      </div>
      <div class="past-periods">
        ${PERIODS.map((days) => html`
          <${Button} key=${days} kind="small" aria-pressed=${period.days === days ? "true" : "false"}
            onClick=${() => goQuery({ days, from: null, until: null })}>${days} days</${Button}>`)}
      </div>
    </form>
  `;
}

function goOwn(from, until) {
  goQuery({ days: null, from, until });
}

/** A date counts when it is whole: while somebody types one it is none. */
function Day({ label, day, onDay }) {
  const [wrong, setWrong] = useState(null);
  const done = (event) => {
    const value = event.currentTarget.value;
    setWrong(isDate(value) ? null : "That is no date.");
    if (isDate(value) && value !== day) onDay(value);
  };
  return html`
    <${Field} label=${label} error=${wrong}>
      ${(control) => html`<input class="input" type="date" ...${control} value=${day} onBlur=${done}
        onKeyDown=${(event) => event.key === "Enter" && done(event)} />`}
    </${Field}>
  `;
}
