import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Partners() {
  return html`<${Screen} title="Partners"><${Empty} title="Not built yet" /></${Screen}>`;
}
