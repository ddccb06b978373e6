// The conditions of the history. Each change is in the address at once.

import { html, useEffect, useState } from "../../lib.js";
import { ApiProblem } from "../../api/problem.js";
import { zoneName } from "../../format/times.js";
import { goQuery } from "../../router.js";
import { Button } from "../../ui/button.js";
import { Field, SelectField } from "../../ui/field.js";
import { stateText } from "../../ui/state.js";
import { ACTIVE, ENDED, EVERYBODY, MINE, noConditions, ownerOf } from "./filters.js";
import { dayBegan, instantOf, wallText } from "./moments.js";

const STATES = [
  ["", "All that ended"],
  ["all", "All"],
  ["active", "All under way"],
  ...[...ENDED, ...ACTIVE].map((each) => [each, stateText(each)]),
];
const PERIODS = [["today", 0], ["in 7 days", 6], ["in 30 days", 29], ["in 90 days", 89]];

/** `params`: the address's; `destinations` and `reasons`: what is offered while somebody types. */
export function FilterForm({ params, seesAll, destinations, reasons, error, disabled, conditions }) {
  const [open, setOpen] = useState(false); // where there is little room
  const wrong = (field) => (error instanceof ApiProblem ? error.of(field) : null);
  const [state, status] = [params.get("state") ?? "", params.get("status")];
  const chosen = status || (["all", "active"].includes(state) ? state : "");
  const choose = (value) =>
    goQuery(["", "all", "active"].includes(value) ? { state: value, status: null } : { state: null, status: value });
  const text = (name, label, more = {}) => html`
    <${Written} label=${label} value=${params.get(name) ?? ""} error=${wrong(name)} onDone=${(value) => goQuery({ [name]: value })} ...${more} />
  `;
  return html`
    <form class="card past-filters" data-open=${open ? "" : null} onSubmit=${(event) => event.preventDefault()} aria-label="Filters" role="search">
      <${Button} kind="quiet past-open" icon="search" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>
        ${conditions ? `Filters (${conditions})` : "Filters"}
      </${Button}>
      <fieldset disabled=${disabled}>
        <legend class="unseen">Which transfers</legend>
        <div class="past-fields">
          <${SelectField} label="State" value=${chosen} options=${STATES} onValue=${choose} error=${wrong("status")} />
          ${text("destination", "Destination", { offers: destinations })}
          ${seesAll && html`<${Owner} owner=${ownerOf(params, seesAll)} error=${wrong("owner")} />`}
          <${Moment} label="From" name="from" params=${params} error=${wrong("from")} />
          <${Moment} label="Until" name="until" params=${params} error=${wrong("until")} />
          ${text("bucket", "Bucket")}
          ${text("prefix", "Key begins with", { disabled: !params.get("bucket"), hint: params.get("bucket") ? null : "Needs a bucket." })}
          ${text("reason", "Reason of failure", { offers: reasons })}
          ${text("label", "Label")}
          <${SelectField} label="Order" value=${params.get("order") === "oldest" ? "oldest" : ""}
            options=${[["", "Newest first"], ["oldest", "Oldest first"]]} onValue=${(order) => goQuery({ order })} />
        </div>
        <div class="past-periods">
          <span class="muted small">Asked for</span>
          ${PERIODS.map(([name, days]) => html`
            <${Button} key=${name} kind="quiet small" onClick=${() => goQuery({ from: dayBegan(days), until: null })}>${name}</${Button}>`)}
          ${conditions > 0 && html`<${Button} kind="quiet small" icon="close" onClick=${() => goQuery(noConditions())}>Clear filters</${Button}>`}
        </div>
      </fieldset>
    </form>
  `;
}

/** A text that counts when it is done: with Enter, or when its field is left. */
function Written({ label, value, hint, error, offers, onDone, type = "text", ...rest }) {
  const [typed, setTyped] = useState(value); // stays when the form is drawn again meanwhile
  useEffect(() => setTyped(value), [value]);
  const done = (event) => event.currentTarget.value.trim() !== value && onDone(event.currentTarget.value.trim());
  return html`
    <${Field} label=${label} hint=${hint} error=${error}>
      ${(control) => html`
        <input class="input" type=${type} autocomplete="off" spellcheck="false" maxlength="1024" ...${rest} ...${control}
          list=${offers?.length ? `${control.id}-offers` : null} value=${typed} onChange=${done}
          onInput=${(event) => setTyped(event.currentTarget.value)} onKeyDown=${(event) => event.key === "Enter" && done(event)} />
        ${offers?.length > 0 && html`<datalist id=${`${control.id}-offers`}>${offers.map((each) => html`<option value=${each} key=${each} />`)}</datalist>`}
      `}
    </${Field}>
  `;
}

function Moment({ label, name, params, error }) {
  const [wrong, setWrong] = useState(null);
  const known = wallText(params.get(name));
  const done = (wall) => {
    const instant = wall ? instantOf(wall) : null;
    setWrong(wall && !instant ? "That is no time." : null);
    if (!wall || instant) goQuery({ [name]: instant });
  };
  return html`<${Written} label=${`${label} (${known ? zoneName(params.get(name)) : zoneName()})`} type="datetime-local" value=${known} error=${error ?? wrong} onDone=${done} />`;
}

/** Whose transfers: for those who may see what is others'. */
function Owner({ owner, error }) {
  const [naming, setNaming] = useState(![MINE, EVERYBODY].includes(owner));
  const choose = (value) => {
    setNaming(value === "name");
    if (value !== "name") goQuery({ owner: value === EVERYBODY ? null : MINE });
  };
  const named = ![MINE, EVERYBODY].includes(owner);
  return html`
    <${SelectField} label="Whose" value=${naming || named ? "name" : owner} onValue=${choose}
      options=${[[EVERYBODY, "Everybody's"], [MINE, "Mine"], ["name", "One user's"]]} />
    ${(naming || named) && html`<${Written} label="User" value=${named ? owner : ""} error=${error} onDone=${(name) => goQuery({ owner: name })} />`}
  `;
}
