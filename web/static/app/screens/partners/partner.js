import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Partner() {
  return html`<${Screen} title="Partner"><${Empty} title="Not built yet" /></${Screen}>`;
}
