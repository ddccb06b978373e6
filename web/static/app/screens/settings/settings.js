import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Settings() {
  return html`<${Screen} title="Settings"><${Empty} title="Not built yet" /></${Screen}>`;
}
