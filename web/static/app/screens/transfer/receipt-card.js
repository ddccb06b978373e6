// The receipt of a delivery: in words, and as the JSON that others can keep.

import { html, useMemo } from "../../lib.js";
import { Button, CopyButton } from "../../ui/button.js";
import { Name } from "../../ui/name.js";
import { receiptInWords } from "./receipt.js";

export function ReceiptCard({ receipt, id }) {
  const json = useMemo(() => JSON.stringify(receipt, null, 2), [receipt]);
  return html`
    <section class="card" aria-label="Receipt">
      <div class="card-head">
        <h2>Receipt</h2>
        <${CopyButton} text=${json} label="Copy as JSON" kind="quiet small" />
        <${Button} kind="quiet small" icon="export" onClick=${() => download(`fileferry-${id}-receipt.json`, json)}>Download</${Button}>
      </div>
      <dl class="pairs">
        <dt>Name</dt><dd><${Name} text=${receipt.target_path} /></dd>
        ${receiptInWords(receipt).map(([what, words]) => html`<dt key=${what}>${what}</dt><dd><${Name} text=${words} /></dd>`)}
        <dt>CRC-64/NVME</dt><dd><code><${Name} text=${receipt.crc64nvme} /></code> of all bytes sent</dd>
        <dt>${/ /.test(receipt.host_key_fingerprint) ? "Server proved by" : "Host key"}</dt><dd><code><${Name} text=${receipt.host_key_fingerprint} /></code></dd>
        ${receipt.left_behind?.length > 0 && html`
          <dt>Left behind</dt>
          <dd><ul>${receipt.left_behind.map((path) => html`<li key=${path}><${Name} text=${path} /></li>`)}</ul>
            <span class="muted">Our own temporary files at the partner. Their removal is tried again.</span></dd>
        `}
      </dl>
    </section>
  `;
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
