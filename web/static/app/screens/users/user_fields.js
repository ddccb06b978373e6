// The fields of a user, for a new one and for a change.

import { html } from "../../lib.js";
import { Check, Field, TextField } from "../../ui/field.js";
import { ROLES } from "./user_words.js";

/** `wrong(field)`: the error of that field, or null. */
export function UserFields({ form, set, wrong, isNew }) {
  const toggle = (role) => (on) => set("roles")(on ? [...form.roles, role] : form.roles.filter((each) => each !== role));
  return html`
    ${isNew && html`<${TextField} label="User" hint="Small letters, digits and . _ @ + -; it is never given again." value=${form.user} onValue=${set("user")} error=${wrong("user")} required />`}
    <div class="form-row">
      <${TextField} label="Name" value=${form.name} onValue=${set("name")} error=${wrong("name")} required />
      <${TextField} label="E-mail" optional type="email" hint="Messages about their transfers go there." value=${form.email} onValue=${set("email")} error=${wrong("email")} />
    </div>
    <fieldset class="field"><legend>Roles</legend>
      ${ROLES.map(([key, text, hint]) => html`<${Check} key=${key} label=${text} hint=${hint} checked=${form.roles.includes(key)} onValue=${toggle(key)} />`)}
      ${wrong("roles") && html`<p class="error">${wrong("roles")}</p>`}
    </fieldset>
    <${Field} label="May send from" hint="A bucket and the beginning of its keys in each line: bucket/reports/2026/ - or * for all buckets." error=${within(wrong, "grants.sources")}>
      ${(control) => html`<textarea class="input mono" rows="4" spellcheck="false" ...${control} value=${form.sources} onInput=${(event) => set("sources")(event.currentTarget.value)}></textarea>`}
    </${Field}>
    <${TextField} label="May send to" hint="Ids of destinations, separated by commas - or * for all." value=${form.destinations} onValue=${set("destinations")} error=${within(wrong, "grants.destinations")} />
    <${TextField} label=${isNew ? "Password" : "New password"} optional type="password" autocomplete="new-password"
      hint=${isNew ? "At least 12 characters, 5 of them different. Without one: by single sign-on only." : "Leave it empty to keep the old one. A new one ends their sessions."}
      value=${form.password} onValue=${set("password")} error=${wrong("password")} />
  `;
}

/** Errors of a list name an entry: grants.sources.3.bucket */
function within(wrong, field) {
  if (wrong(field)) return wrong(field);
  for (let at = 0; at < 50; at += 1) {
    for (const name of ["", ".bucket", ".prefix"]) {
      const found = wrong(`${field}.${at}${name}`);
      if (found) return `Entry ${at + 1}: ${found}`;
    }
  }
  return null;
}
