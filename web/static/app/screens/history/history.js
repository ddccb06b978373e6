import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function History() {
  return html`<${Screen} title="History"><${Empty} title="Not built yet" /></${Screen}>`;
}
