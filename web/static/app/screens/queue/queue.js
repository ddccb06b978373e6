import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Transfers() {
  return html`<${Screen} title="Transfers"><${Empty} title="Not built yet" /></${Screen}>`;
}
