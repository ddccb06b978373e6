import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function User() {
  return html`<${Screen} title="User"><${Empty} title="Not built yet" /></${Screen}>`;
}
