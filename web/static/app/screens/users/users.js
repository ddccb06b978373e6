import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Users() {
  return html`<${Screen} title="Users"><${Empty} title="Not built yet" /></${Screen}>`;
}
