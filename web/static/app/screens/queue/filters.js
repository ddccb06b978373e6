// What narrows the list down. All of it stands in the address.

import { html, useEffect, useState } from "../../lib.js";
import { count } from "../../format/bytes.js";
import { escaped, shortened } from "../../format/names.js";
import { goQuery } from "../../router.js";
import { Button } from "../../ui/button.js";
import { SORTS, choices } from "./matching.js";
import { reasonOf, reasonText } from "../../transfers/standing.js";

const TYPING_MS = 250;

/** @param {{wish: import("./matching.js").Wish, inTab: object[], now: Date | null, isEverybodys: boolean}} p */
export function Filters({ wish, inTab, now, isEverybodys }) {
  const names = new Map(inTab.map(({ destination }) => [destination.id, destination.name ?? destination.id]));
  const partners = choices(inTab, (shown) => shown.destination.id);
  const reasons = choices(inTab, (shown) => reasonOf(shown, now));
  const owners = isEverybodys ? choices(inTab, (shown) => shown.owner) : [];
  const chosen = [wish.destination, wish.owner, wish.reason].filter(Boolean).length;
  const [isOpen, open] = useState(chosen > 0); // on a phone; elsewhere there is room for all
  return html`
    <form class="queue-filters" role="search" aria-label="Filter transfers" data-closed=${isOpen ? null : ""}
      onSubmit=${(event) => event.preventDefault()}>
      <${Search} text=${wish.q} />
      <${Button} class="button queue-more" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => open(!isOpen)}>
        Filters${chosen > 0 && ` (${chosen})`}</${Button}>
      <${Pick} label="Destination" name="destination" value=${wish.destination} options=${partners}
        textOf=${(id) => names.get(id) ?? id} />
      ${(isEverybodys || wish.owner) && html`<${Pick} label="Who asked" name="owner" value=${wish.owner} options=${owners} />`}
      ${(wish.tab === "waiting" || wish.tab === "attention" || wish.reason) &&
      html`<${Pick} label="Reason" name="reason" value=${wish.reason} options=${reasons} textOf=${reasonText} />`}
      <label class="queue-pick"><span>Sort</span>
        <select class="input" value=${wish.sort} onChange=${(event) => goQuery({ sort: event.currentTarget.value })}>
          ${SORTS.map(([key, text]) => html`<option key=${key} value=${key} selected=${key === wish.sort}>${text}</option>`)}
        </select>
      </label>
    </form>
  `;
}

function Search({ text }) {
  const [typed, type] = useState(text);
  useEffect(() => type(text), [text]);
  useEffect(() => {
    if (typed === text) return undefined;
    const later = setTimeout(() => goQuery({ q: typed }), TYPING_MS);
    return () => clearTimeout(later);
  }, [typed]);
  return html`
    <label class="queue-pick queue-search"><span>Search</span>
      <input class="input" type="search" placeholder="Name, path, label or id" maxlength="200" autocomplete="off" spellcheck="false"
        value=${typed} onInput=${(event) => type(event.currentTarget.value)} />
    </label>
  `;
}

/** A filter that was chosen stays to be seen, also when nothing has that value any more. */
function Pick({ label, name, value, options, textOf = (key) => key }) {
  const all = value && !options.some(([key]) => key === value) ? [[value, 0], ...options] : options;
  return html`
    <label class="queue-pick" data-on=${value ? "" : null}><span>${label}</span>
      <select class="input" value=${value ?? ""} onChange=${(event) => goQuery({ [name]: event.currentTarget.value })}>
        <option value="" selected=${!value}>All</option>
        ${all.map(
          ([key, number]) => html`
            <option key=${key} value=${key} selected=${key === value}>${shortened(escaped(textOf(key)), 48)} (${count(number)})</option>
          `,
        )}
      </select>
    </label>
  `;
}
