import { html } from "../../lib.js";
import { Empty } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";

export default function Home() {
  return html`<${Screen} title="Home"><${Empty} title="Not built yet" /></${Screen}>`;
}
