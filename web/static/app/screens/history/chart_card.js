// A chart with its heading, and the same figures as a table.

import { html, useState } from "../../lib.js";
import { escaped } from "../../format/names.js";
import { Button, CopyButton } from "../../ui/button.js";

/**
 * @param {{title: string, hint?: string, columns: string[], rows: (string | null)[][], empty?: string | null,
 *   children: any}} p `empty`: what is said instead of a chart without values. Null cells are unknown.
 */
export function ChartCard({ title, hint, columns, rows, empty = null, children }) {
  const [table, show] = useState(false);
  return html`
    <section class="card chart-card" aria-label=${title}>
      <header>
        <h2>${title}</h2>
        ${!empty && html`<${Button} kind="quiet small" aria-pressed=${table ? "true" : "false"} onClick=${() => show(!table)}>As table</${Button}>`}
      </header>
      ${hint && html`<p class="muted small">${hint}</p>`}
      ${empty && html`<p class="chart-empty muted">${empty}</p>`}
      ${!empty && (table ? html`<${Figures} title=${title} columns=${columns} rows=${rows} />` : children)}
    </section>
  `;
}

function Figures({ title, columns, rows }) {
  const text = () => [columns, ...rows].map((row) => row.map((cell) => escaped(cell ?? "")).join("\t")).join("\n");
  return html`
    <div class="chart-table" tabindex="0" role="region" aria-label=${`${title}, as a table`}>
      <table class="table">
        <thead><tr>${columns.map((each, at) => html`<th scope="col" key=${each} class=${at ? "number" : null}>${escaped(each)}</th>`)}</tr></thead>
        <tbody>
          ${rows.map((row) => html`
            <tr key=${row[0]}>
              <th scope="row">${escaped(row[0])}</th>
              ${row.slice(1).map((cell, at) => html`<td class="number" key=${at}>${cell ?? html`<span class="muted">not known</span>`}</td>`)}
            </tr>`)}
        </tbody>
      </table>
    </div>
    <div><${CopyButton} text=${text()} label="Copy the table" kind="quiet small" /></div>
  `;
}
