// What is known of a partner, and what its last test found.

import { html } from "../../lib.js";
import { escaped } from "../../format/names.js";
import { Icon } from "../../ui/icon.js";
import { Name, Time } from "../../ui/name.js";
import { Notice } from "../../ui/notice.js";
import { algorithm } from "./fingerprints.js";
import { findings, measures, steps } from "./probe_words.js";

const UNPINNED = {
  public_authority: "a public authority that vouches for the host’s name",
  nothing: "nothing: FTP without TLS is not encrypted either",
};

export function Known({ view }) {
  const credential = [view.has_password && "password", view.has_key && "private key"].filter(Boolean).join(" and ");
  const pairs = [
    ["Id", view.id],
    ["Server", html`<${Name} text=${`${view.protocol}://${view.user}@${view.host}:${view.port}${view.tls === "implicit" ? " (implicit TLS)" : ""}`} />`],
    ["Base path", html`<${Name} text=${view.base_path} />`],
    ["Credential", credential || "none: nothing can be sent"],
    ["Proved by", view.host_keys.length ? view.host_keys.map((each) => html`<div key=${each.key} class="mono small">${algorithm(each.key)} ${escaped(each.fingerprint)}</div>`) : UNPINNED[view.proved_by] ?? "no confirmed host key: nothing can be sent"],
    ["Sessions", `${view.max_sessions} at once at most`],
    ["Delivery", view.delivery === "direct" ? "direct: the file is visible while it is incomplete" : "atomic: the name appears when the file is whole"],
    ["Missing folders", view.create_folders ? "are made" : "are not made"],
    ["A test", view.probe_writes ? `writes small files${view.probe_name ? `, their names begin with ${escaped(view.probe_name)}` : ""}` : "only logs in"],
    ["Changed", html`<${Time} at=${view.updated_at} />`],
  ];
  return html`
    <section class="card" aria-labelledby="known">
      <h2 id="known">What is known</h2>
      <dl class="pairs">${pairs.map(([name, value]) => html`<dt key=${name}>${name}</dt><dd>${value}</dd>`)}</dl>
    </section>
  `;
}

export function Findings({ view }) {
  const { profile } = view;
  if (!profile) {
    return html`<section class="card" aria-labelledby="findings"><h2 id="findings">What the server can do</h2>
      <p class="muted">It is not known: there was no test yet${view.probe_writes ? "" : ", and a test writes no files there"}.</p></section>`;
  }
  return html`
    <section class="card" aria-labelledby="findings">
      <h2 id="findings">What the server can do</h2>
      <p class="muted small">Found by the test of <${Time} at=${profile.probed_at} /></p>
      ${(view.cautions ?? []).map((each) => html`<${Notice} key=${each} kind="warn">${escaped(each)}</${Notice}>`)}
      <dl class="pairs">${measures(profile).map(([name, value]) => html`<dt key=${name}>${name}</dt><dd><${Name} text=${value} /></dd>`)}</dl>
      <ul class="findings marked">
        ${findings(profile).map(({ field, good, text }) => html`
          <li key=${field}><span class="state" data-tone=${good ? "done" : "warn"}><${Icon} name=${good ? "done" : "bad"} /><span class="unseen">${good ? "yes:" : "no:"}</span></span>${text}</li>`)}
      </ul>
    </section>
  `;
}

/** What is still to be done before files can be sent; nothing where all is done. */
export function Steps({ view, action }) {
  const all = steps(view);
  if (all.every((each) => each.done)) return null;
  return html`
    <section class="card" aria-labelledby="steps">
      <h2 id="steps">${all[0].done && all[1].done ? "One step is left" : "Before files can be sent"}</h2>
      <ol class="findings marked">
        ${all.map(({ text, done }) => html`
          <li key=${text}><span class="state" data-tone=${done ? "done" : "idle"}><${Icon} name=${done ? "done" : "waiting"} /><span class="unseen">${done ? "done:" : "to do:"}</span></span>${text}</li>`)}
      </ol>
      ${action && html`<div class="actions">${action}</div>`}
    </section>
  `;
}
