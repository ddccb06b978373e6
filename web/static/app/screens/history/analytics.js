import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Analytics() {
  return html`<${Screen} title="Analytics"><${Empty} title="Not built yet" /></${Screen}>`;
}
