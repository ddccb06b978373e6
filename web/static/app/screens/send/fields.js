// The fields of the Send dialog: what, where, how, and what will happen.

import { html, useState } from "../../lib.js";
import { bytesText, counted } from "../../format/bytes.js";
import { escaped, lastPart } from "../../format/names.js";
import { Button, CopyButton } from "../../ui/button.js";
import { SelectField, TextField } from "../../ui/field.js";
import { Name } from "../../ui/name.js";
import { Empty, Failed, Notice } from "../../ui/notice.js";
import { session } from "../../wiring.js";
import { Browser } from "./browser.js";
import { MOST_OBJECTS } from "./form.js";
import { parted, total } from "./listing.js";
import { Destinations, Readiness, Target } from "./where.js";
import { IF_EXISTS_WORDS, VERIFY_WORDS, commandFor, whatWillHappen } from "./words.js";

export function FormFields(p) {
  const { form, change, errors, destination, sizes, whole, ready } = p;
  return html`
    ${errors.unsure && html`<${Notice} kind="bad" title="No answer came">
      It is not known whether it was accepted. Press the button again: it is never sent twice.</${Notice}>`}
    ${errors[""] && html`<${Notice} kind="bad" title="It was not sent">${escaped(errors[""])}</${Notice}>`}
    <fieldset class="send" disabled=${p.busy} aria-label="What is sent, and where to">
      <section class="send-part send-what" aria-label="What"><${Source} ...${p} /></section>
      <section class="send-part send-where" aria-label="Where and how">
        <${Destinations} form=${form} destinations=${p.destinations} me=${session.me.value} error=${errors.destination} onChange=${change} />
        ${destination && html`<${Readiness} destination=${destination} me=${session.me.value} />`}
        <${Target} form=${form} destination=${destination} error=${errors.target} onChange=${change} />
        <div class="form-row">
          <${Explained} label="If that name is taken" value=${form.if_exists} words=${IF_EXISTS_WORDS} onValue=${(if_exists) => change({ if_exists })} />
          <${Explained} label="What is proved" value=${form.verify} words=${VERIFY_WORDS} onValue=${(verify) => change({ verify })} />
        </div>
        <${TextField} label="Label" optional=${true} maxlength="64" hint="A word of yours, to find the transfer by." error=${errors.label} value=${form.label} onValue=${(label) => change({ label })} />
      </section>
      <div class="send-end">
        ${!whole && html`<p class="hint">So many objects do not fit into a link: the choice is lost when this page is closed.</p>`}
        ${ready && destination && html`<${WillHappen} form=${form} destination=${destination} sum=${total(form.keys, sizes)} />`}
      </div>
    </fieldset>
  `;
}

/** The chosen one is explained below. `words`: [value, text, hint] */
function Explained({ label, value, words, onValue }) {
  const hint = words.find((each) => each[0] === value)[2];
  return html`<${SelectField} label=${label} hint=${hint} value=${value} options=${words} onValue=${onValue} />`;
}

function Source({ form, change, buckets, destination, listing, sizes, errors }) {
  const [dropped, drop] = useState(0);
  if (buckets.error && !buckets.value) {
    return html`<${Failed} error=${buckets.error} what="The buckets could not be loaded." onAgain=${buckets.again} />`;
  }
  const names = (buckets.value?.items ?? []).map((each) => each.name);
  if (buckets.value && names.length === 0) {
    return html`<${Empty} icon="folder" title="There is no bucket that you may send from">
      ${session.isAdmin.value ? "Give yourself a grant under Users." : "Ask an admin for a grant."} A new grant counts within 30 seconds.</${Empty}>`;
  }
  const listed = form.bucket && !names.includes(form.bucket) ? [form.bucket, ...names] : names;
  const options = [["", buckets.value ? "Choose a bucket" : "Loading …"], ...listed.map((name) => [name, escaped(name)])];
  const choose = (keys, more = 0) => {
    change({ keys });
    drop(more);
  };
  return html`
    <${SelectField} label="Bucket" data-first error=${errors.bucket} options=${options} value=${form.bucket}
      onValue=${(bucket) => change({ bucket, prefix: "", keys: [] }, { step: true })} />
    ${form.bucket && html`<${Browser} form=${form} listing=${listing} onKeys=${choose}
      onFolder=${(prefix) => change({ prefix }, { step: true })} onTyped=${(prefix) => change({ prefix })} />`}
    ${form.bucket && html`<${Chosen} form=${form} sizes=${sizes} onClear=${() => choose([])} />`}
    ${errors.keys && html`<p class="error" role="alert">${escaped(errors.keys)}</p>`}
    ${(dropped > 0 || form.keys.length >= MOST_OBJECTS) && html`<${TooMany} form=${form} destination=${destination} dropped=${dropped} />`}
  `;
}

function Chosen({ form, sizes, onClear }) {
  const { keys } = form;
  if (keys.length === 0) return html`<p class="muted" role="status">Nothing is chosen yet.</p>`;
  const { bytes, whole } = total(keys, sizes);
  const elsewhere = keys.filter((key) => !key.startsWith(parted(form.prefix).folder)).length;
  return html`
    <div class="chosen">
      <p role="status">
        ${keys.length === 1 ? html`Chosen: <${Name} text=${lastPart(keys[0])} most=${48} />` : `${counted(keys.length, "object")} chosen`}
        ${whole ? `, ${bytesText(bytes)}` : ""}${elsewhere > 0 && keys.length > 1 ? `, ${elsewhere} of them in other folders` : ""}
      </p>
      <${Button} kind="quiet small" onClick=${onClear}>Clear</${Button}>
    </div>
  `;
}

function TooMany({ form, destination, dropped }) {
  const command = commandFor(form.bucket, parted(form.prefix).folder, destination?.id);
  return html`
    <${Notice} kind="warn" title=${`At most ${MOST_OBJECTS} objects at once`}>
      <p>${dropped > 0 ? `${counted(dropped, "object")} shown found no room. ` : ""}The command sends all that is in this folder:</p>
      <p><code><${Name} text=${command} /></code></p>
      <${CopyButton} text=${command} label="Copy the command" />
    </${Notice}>
  `;
}

function WillHappen({ form, destination, sum }) {
  return html`
    <section class="will-happen" aria-labelledby="will-happen">
      <h3 id="will-happen">What will happen</h3>
      ${whatWillHappen({ form, destination, sum }).map((sentence, at) => html`
        <p key=${at}>${sentence.map((part) => (typeof part === "string" ? part : html`<${Name} text=${part.name} most=${120} />`))}</p>
      `)}
    </section>
  `;
}
