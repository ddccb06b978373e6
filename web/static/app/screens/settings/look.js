// Theme, time zone and shortcuts. They are kept in this browser.

import { html } from "../../lib.js";
import { timeText, zone, zoneName } from "../../format/times.js";
import { shortcuts, theme } from "../../settings.js";
import { Check, Choice } from "../../ui/field.js";
import { knownKeys } from "../../ui/keys.js";

const THEMES = [
  ["system", "As the system", "Changes with it."],
  ["light", "Light"],
  ["dark", "Dark"],
];

export function Look() {
  const zones = [
    ["local", "Of this computer"],
    ["utc", "UTC", "The same for everybody, and in logs."],
  ];
  return html`
    <div class="cards">
      <section class="card"><h2>Appearance</h2>
        <${Choice} label="Theme" name="theme" value=${theme.value} onValue=${(value) => (theme.value = value)} options=${THEMES} />
      </section>
      <section class="card"><h2>Times</h2>
        <${Choice} label="Time zone" name="zone" value=${zone.value} onValue=${(value) => (zone.value = value)} options=${zones} />
        <p class="hint">Now: ${timeText(new Date())} ${zoneName()}</p>
      </section>
      <section class="card"><h2>Shortcuts</h2>
        <${Check} label="Single keys are shortcuts" hint="Switch them off if you use speech input."
          checked=${shortcuts.value} onValue=${(value) => (shortcuts.value = value)} />
        ${shortcuts.value && html`<${KeyList} />`}
      </section>
    </div>
  `;
}

function KeyList() {
  return html`
    <dl class="pairs small">
      ${knownKeys().map(([key, text]) => html`<dt key=${key}><kbd>${key}</kbd></dt><dd>${text}</dd>`)}
    </dl>
  `;
}
