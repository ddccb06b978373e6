// Where it goes: the partner, and the name there.

import { html, useId, useState } from "../../lib.js";
import { escaped, lastPart } from "../../format/names.js";
import { href } from "../../router.js";
import { TextField } from "../../ui/field.js";
import { Name } from "../../ui/name.js";
import { Empty, Failed, Loading, Notice } from "../../ui/notice.js";
import { readiness } from "../../transfers/readiness.js";

const MANY = 6; // from so many on there is a search

/** @param {{form: object, destinations: object, me: object, error?: string, onChange(changes: object): void}} p */
export function Destinations({ form, destinations, me, error, onChange }) {
  const [typed, type] = useState("");
  const { value } = destinations;
  if (destinations.error && !value) {
    return html`<${Failed} error=${destinations.error} what="The partners could not be loaded." onAgain=${destinations.again} />`;
  }
  if (!value) return html`<${Loading} lines=${3} what="Loading the partners" />`;
  if (value.items.length === 0) {
    return html`<${Empty} icon="partners" title="There is no partner that you may send to">Ask an admin to add one, or to give you a grant.</${Empty}>`;
  }
  const wanted = typed.trim().toLowerCase();
  const shown = value.items.filter((each) =>
    each.id === form.destination || [each.id, each.name, each.host].some((text) => text.toLowerCase().includes(wanted)),
  );
  return html`
    ${value.items.length >= MANY && html`<${TextField} label="Find a partner" type="search" value=${typed} onValue=${type} />`}
    <${Radios} shown=${shown} form=${form} me=${me} error=${error} onChange=${onChange} />
    ${!value.complete && html`<p class="hint">The first ${value.items.length} partners are listed.</p>`}
  `;
}

function Radios({ shown, form, me, error, onChange }) {
  const id = useId();
  return html`
    <fieldset class="field" data-wrong=${error ? "" : null} aria-describedby=${error ? id : null}>
      <legend>Partner</legend>
      <div class="picks short">
        ${shown.map((each) => html`<${Destination} key=${each.id} destination=${each} me=${me}
          chosen=${each.id === form.destination} onChoose=${() => onChange({ destination: each.id })} />`)}
        ${shown.length === 0 && html`<p class="muted pick">No partner has that in its name.</p>`}
      </div>
      ${error && html`<p class="error" id=${id}>${escaped(error)}</p>`}
    </fieldset>
  `;
}

function Destination({ destination, me, chosen, onChoose }) {
  const { can, short } = readiness(destination, me);
  return html`
    <label class="pick" data-chosen=${chosen ? "" : null}>
      <input type="radio" name="send-destination" checked=${chosen} onChange=${onChoose} />
      <span class="pick-name"><${Name} text=${destination.name} most=${48} /> <span class="muted small">${destination.id}</span></span>
      ${short && html`<span class="pick-note" data-tone=${can ? "idle" : "warn"}>${short}</span>`}
    </label>
  `;
}

/** Why nothing can be sent to the chosen one, or what to know of it. */
export function Readiness({ destination, me, onLeave }) {
  const { can, why } = readiness(destination, me);
  if (!why) return null;
  const link = html`<a href=${href(`/partners/${destination.id}`)} onClick=${onLeave}>Its page</a>`;
  return html`<${Notice} kind=${can ? "note" : "warn"} title=${can ? null : "Nothing can be sent there yet"} action=${link}>${why}</${Notice}>`;
}

export function Target({ form, destination, error, onChange }) {
  const one = form.keys.length <= 1;
  const name = lastPart(form.keys[0] ?? "");
  const base = destination ? ` below ${escaped(destination.base_path)}` : "";
  const hint = one
    ? `Its place at the partner${base}. Empty: the object's own name. With a slash at the end it is a folder for it.`
    : `A folder at the partner${base}. Each object keeps its own name. Empty: right there.`;
  return html`<${TextField} label=${one ? "Name at the partner" : "Folder at the partner"} hint=${hint} error=${error && escaped(error)}
    optional=${true} maxlength="4095" placeholder=${one ? escaped(name) : ""} value=${form.target}
    onValue=${(target) => onChange({ target })} />`;
}
