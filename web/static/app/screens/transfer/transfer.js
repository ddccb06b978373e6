import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Transfer() {
  return html`<${Screen} title="Transfer"><${Empty} title="Not built yet" /></${Screen}>`;
}
