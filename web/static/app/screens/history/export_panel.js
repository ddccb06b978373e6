// Saves what the filters say as a file, and says how far it is.

import { html, useEffect, useRef, useState } from "../../lib.js";
import { counted } from "../../format/bytes.js";
import { dateText } from "../../format/times.js";
import { guard } from "../../router.js";
import { toast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Notice, sentenceOf } from "../../ui/notice.js";
import { api } from "../../wiring.js";
import { createExport } from "./export.js";
import { paced } from "./pace.js";

const KEPT_MS = 60_000; // a browser may ask where to save before it reads

/**
 * One export at a time. @returns {{start(format: string, query: object): void, running: boolean,
 * view: any}}
 */
export function useExport() {
  const [now, show] = useState(null); // { file, rows, state: "running" | "broken" | "full", slow, error }
  const stop = useRef(null); // of the export that runs; its end must be known before the filters come back
  useEffect(() => () => stop.current?.abort(), []);
  useEffect(() => guard(() => stop.current && "The export is not finished. Leave, and lose it?"), []);
  const running = now?.state === "running";

  const run = async (file) => {
    const own = new AbortController();
    stop.current = own;
    const tell = (more) => stop.current === own && show((before) => ({ ...before, ...more }));
    file.onSlow = (slow) => tell({ slow });
    show({ file, rows: file.rows, state: "running", slow: false, error: null });
    try {
      await file.run({ signal: own.signal, onPage: ({ rows }) => tell({ rows }) });
      if (file.complete) {
        save(file);
        show(null);
      } else tell({ state: "full" });
    } catch (error) {
      if (!own.signal.aborted) tell({ state: "broken", error });
    } finally {
      if (stop.current === own) stop.current = null;
    }
  };
  const start = (format, query) => {
    const file = createExport(format, api, query, (load) => paced(load, { onSlow: (slow) => file.onSlow(slow) }));
    run(file);
  };
  const give = () => {
    stop.current?.abort();
    stop.current = null;
    show(null);
  };
  const keep = () => {
    save(now.file);
    give();
  };
  return { start, running, view: now && html`<${Panel} now=${now} onGoOn=${() => run(now.file)} onGiveUp=${give} onKeep=${keep} />` };
}

function Panel({ now, onGoOn, onGiveUp, onKeep }) {
  const [rows, kind] = [counted(now.rows, "row"), now.file.format.toUpperCase()];
  if (now.state === "running") {
    return html`
      <${Notice} title=${`${kind} export: ${rows} so far`} action=${html`<${Button} icon="close" onClick=${onGiveUp}>Stop</${Button}>`}>
        ${now.slow ? "FileFerry asked to slow down. It goes on by itself." : "The file is saved when all rows are there. Filters rest meanwhile."}
      </${Notice}>
    `;
  }
  const keep = now.rows > 0 && html`<${Button} icon="export" onClick=${onKeep}>Save these ${rows}</${Button}>`;
  const buttons = html`<div class="actions">
    ${now.state === "broken" && html`<${Button} icon="retry" kind="primary" onClick=${onGoOn}>Go on</${Button}>`}
    ${keep}<${Button} onClick=${onGiveUp}>Discard</${Button}>
  </div>`;
  if (now.state === "full") {
    return html`<${Notice} kind="warn" title=${`${rows} are as many as one file holds here`} action=${buttons}>
      There are more. Export a shorter period, or use the command: fileferry history --csv
    </${Notice}>`;
  }
  return html`<${Notice} kind="bad" title=${`The export broke off after ${rows}. Nothing was saved.`} action=${buttons}>${sentenceOf(now.error)}</${Notice}>`;
}

function save(file) {
  const address = URL.createObjectURL(file.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `fileferry-history-${dateText(new Date())}${file.complete ? "" : "-incomplete"}.${file.format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
  toast(`${counted(file.rows, "row")} exported${file.complete ? "" : ", which are not all"}.`);
}
