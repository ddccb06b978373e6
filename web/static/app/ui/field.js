// Fields of forms. Each has a label, a hint and its own error, and a screen reader hears all three.

import { html, useId } from "../lib.js";

/**
 * @param {{label: string, hint?: string, error?: string | null, children: (ids: object) => any}} p
 * `children` is a function: it gets the attributes for its control.
 */
export function Field({ label, hint, error, optional = false, children }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const control = {
    id,
    "aria-describedby": described || null,
    "aria-invalid": error ? "true" : null,
  };
  return html`
    <div class="field" data-wrong=${error ? "" : null}>
      <label for=${id}>${label}${optional && html` <span class="muted">(optional)</span>`}</label>
      ${children(control)}
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
      ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}
    </div>
  `;
}

/** `value` and `onValue(text)`. Other attributes go to the input. */
export function TextField({ label, hint, error, optional, value, onValue, ...rest }) {
  return html`
    <${Field} label=${label} hint=${hint} error=${error} optional=${optional}>
      ${(control) => html`
        <input class="input" type="text" autocomplete="off" spellcheck="false" ...${rest} ...${control}
          value=${value} onInput=${(event) => onValue(event.currentTarget.value)} />
      `}
    </${Field}>
  `;
}

/** `options`: [value, text] pairs. */
export function SelectField({ label, hint, error, value, onValue, options, ...rest }) {
  return html`
    <${Field} label=${label} hint=${hint} error=${error}>
      ${(control) => html`
        <select class="input" ...${rest} ...${control} value=${value}
          onChange=${(event) => onValue(event.currentTarget.value)}>
          ${options.map(([key, text]) => html`<option value=${key} key=${key} selected=${key === value}>${text}</option>`)}
        </select>
      `}
    </${Field}>
  `;
}

/** One of a few, all of them visible. `options`: [value, text, hint] */
export function Choice({ label, value, onValue, options, name }) {
  return html`
    <fieldset class="field choice">
      <legend>${label}</legend>
      ${options.map(
        ([key, text, hint]) => html`
          <label class="choice-option" key=${key}>
            <input type="radio" name=${name} checked=${key === value} onChange=${() => onValue(key)} />
            <span>${text}${hint && html`<span class="hint">${hint}</span>`}</span>
          </label>
        `,
      )}
    </fieldset>
  `;
}

export function Check({ label, hint, checked, onValue, ...rest }) {
  return html`
    <label class="choice-option">
      <input type="checkbox" checked=${checked} ...${rest}
        onChange=${(event) => onValue(event.currentTarget.checked)} />
      <span>${label}${hint && html`<span class="hint">${hint}</span>`}</span>
    </label>
  `;
}
