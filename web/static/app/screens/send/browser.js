// The bucket browser: folders and objects, page by page, and which of them are chosen.

import { html, useEffect, useRef, useState } from "../../lib.js";
import { bytesText } from "../../format/bytes.js";
import { lastPart } from "../../format/names.js";
import { ApiProblem } from "../../api/problem.js";
import { Button } from "../../ui/button.js";
import { Field } from "../../ui/field.js";
import { Icon } from "../../ui/icon.js";
import { Name, Time } from "../../ui/name.js";
import { Empty, Failed, Loading } from "../../ui/notice.js";
import { MOST_OBJECTS, sendable } from "./form.js";
import { allToggled, chosenOf, crumbs, parted, shownText, toggled } from "./listing.js";
import { moveFocus } from "./moving.js";

const TYPING_MS = 250;

/**
 * @param {{form: object, listing: object, onFolder(prefix: string): void,
 *   onTyped(prefix: string): void, onKeys(keys: string[], dropped?: number): void}} p
 */
export function Browser({ form, listing, onFolder, onTyped, onKeys }) {
  const { folder } = parted(form.prefix);
  const here = useRef(null);
  const first = useRef(folder);
  useEffect(() => {
    if (first.current === folder) return;
    first.current = null; // from the first change on, each folder takes the focus
    here.current?.focus();
  }, [folder]);
  return html`
    <div class="browser">
      <${Crumbs} form=${form} here=${here} onFolder=${onFolder} />
      <${Search} key=${`${form.bucket}/${folder}`} prefix=${form.prefix} onTyped=${onTyped} />
      <p class="small muted" role="status">
        ${listing.loading ? "Loading …" : listing.value ? shownText(listing.value) : ""}
      </p>
      <${Listed} form=${form} listing=${listing} onFolder=${onFolder} onKeys=${onKeys} />
    </div>
  `;
}

function Crumbs({ form, here, onFolder }) {
  const all = crumbs(form.bucket, form.prefix);
  return html`
    <nav class="crumbs" aria-label="Folders">
      ${all.map(({ text, prefix }, at) =>
        at === all.length - 1
          ? html`<span key=${prefix} class="crumb" ref=${here} tabindex="-1" aria-current="location"><${Name} text=${text} most=${40} /></span>`
          : html`<button key=${prefix} type="button" class="crumb" onClick=${() => onFolder(prefix)}><${Name} text=${text} most=${24} /></button>`,
      )}
    </nav>
  `;
}

/** What is typed counts after a pause, so that not every letter is a call. */
function Search({ prefix, onTyped }) {
  const { folder, typed } = parted(prefix);
  const [text, setText] = useState(typed);
  const timer = useRef(0);
  useEffect(() => setText(typed), [typed]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (event) => {
    const value = event.currentTarget.value;
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onTyped(folder + value), TYPING_MS);
  };
  return html`
    <${Field} label="Name begins with">
      ${(control) => html`<input class="input" type="search" autocomplete="off" spellcheck="false" ...${control}
        maxlength="512" value=${text} onInput=${change} />`}
    </${Field}>
  `;
}

function Listed({ form, listing, onFolder, onKeys }) {
  const { value, error } = listing;
  if (error && !value) return html`<${Failed} error=${error} what="The bucket could not be read." onAgain=${retry(error, listing)} />`;
  if (!value) return html`<${Loading} lines=${5} what="Loading the list" />`;
  if (value.files.length + value.folders.length === 0 && !value.cursor) {
    return html`<${Empty} icon="folder" title="Nothing is here">${parted(form.prefix).typed ? "No name begins with that." : "This folder is empty, or you have no grant for what is in it."}</${Empty}>`;
  }
  return html`
    <${All} form=${form} files=${value.files} onKeys=${onKeys} />
    <ul class="picks" aria-label="Folders and objects" aria-busy=${listing.loading ? "true" : null} onKeyDown=${moveFocus}>
      ${value.folders.map((each) => html`<${Folder} key=${each} prefix=${each} onFolder=${onFolder} />`)}
      ${value.files.map((each) => html`<${File} key=${each.key} file=${each} keys=${form.keys} onKeys=${onKeys} />`)}
    </ul>
    ${listing.more.error && html`<${Failed} error=${listing.more.error} what="The next page could not be loaded." />`}
    ${value.cursor && html`<${Button} icon="down" busy=${listing.more.busy} onClick=${listing.more.load}>Load more</${Button}>`}
  `;
}

function retry(error, listing) {
  return error instanceof ApiProblem && error.status < 500 ? null : listing.again;
}

function All({ form, files, onKeys }) {
  const shown = files.map((each) => each.key);
  const chosen = chosenOf(form.keys, shown);
  const box = useRef(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = chosen === "some";
  }, [chosen]);
  if (!shown.some(sendable)) return null;
  const toggle = () => {
    const { keys, dropped } = allToggled(form.keys, shown);
    onKeys(keys, dropped);
  };
  return html`
    <label class="choice-option small">
      <input ref=${box} type="checkbox" checked=${chosen === "all"} onChange=${toggle} />
      <span>All objects shown (at most ${MOST_OBJECTS})</span>
    </label>
  `;
}

function Folder({ prefix, onFolder }) {
  return html`
    <li>
      <button type="button" class="pick" data-pick onClick=${() => onFolder(prefix)}>
        <${Icon} name="folder" /><span class="pick-name"><${Name} text=${lastPart(prefix.slice(0, -1)) || "/"} most=${60} /></span>
        <${Icon} name="next" />
      </button>
    </li>
  `;
}

function File({ file, keys, onKeys }) {
  const chosen = keys.includes(file.key);
  if (!sendable(file.key)) {
    return html`<li><div class="pick muted"><${Icon} name="folder" /><span class="pick-name">This folder's own marker, which is not sent</span></div></li>`;
  }
  return html`
    <li>
      <label class="pick" data-chosen=${chosen ? "" : null}>
        <input type="checkbox" data-pick checked=${chosen} disabled=${!chosen && keys.length >= MOST_OBJECTS}
          onChange=${() => onKeys(toggled(keys, file.key))} />
        <span class="pick-name"><${Name} text=${lastPart(file.key)} most=${60} /></span>
        <span class="pick-size">${bytesText(file.size_bytes)}</span>
        <span class="pick-time"><${Time} at=${file.last_modified} short=${true} /></span>
      </label>
    </li>
  `;
}
