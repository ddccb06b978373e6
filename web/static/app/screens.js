// Which screen an address shows. A screen's code is loaded when it is first shown.

import { html, useEffect, useErrorBoundary, useState } from "./lib.js";
import { match, place } from "./router.js";
import { Button, LinkButton } from "./ui/button.js";
import { Empty, Failed, Loading, Notice } from "./ui/notice.js";
import { Screen } from "./ui/screen.js";

/** [pattern, how its module is loaded]. Each module's default export is the screen. */
const SCREENS = [
  ["/", () => import("./screens/home/home.js")],
  ["/transfers", () => import("./screens/queue/queue.js")],
  ["/transfers/:id", () => import("./screens/transfer/transfer.js")],
  ["/partners", () => import("./screens/partners/partners.js")],
  ["/partners/:id", () => import("./screens/partners/partner.js")],
  ["/history", () => import("./screens/history/history.js")],
  ["/analytics", () => import("./screens/history/analytics.js")],
  ["/settings", () => import("./screens/settings/settings.js")],
  ["/users", () => import("./screens/users/users.js")],
  ["/users/:id", () => import("./screens/users/user.js")],
  ["/agent/proposals/:id", () => import("./screens/agent/proposal.js")],
  ["/agent/conversations/:id", () => import("./screens/agent/conversation.js")],
];
const SEND = () => import("./screens/send/send.js");
const PANEL = () => import("./screens/agent/panel.js");
const loaded = new Map();

export function CurrentScreen() {
  const { path, query } = place.value;
  const [load, found] = chosen(path);
  return html`
    ${load ? html`<${Loaded} key=${path} load=${load} with=${found} />` : html`<${NotThere} />`}
    ${query.has("send") && html`<${Loaded} key="send" load=${SEND} with=${{}} />`}
  `;
}

/** Stands beside the screen. */
export function AgentPanel({ onClose }) {
  return html`<${Loaded} load=${PANEL} with=${{ onClose }} />`;
}

function chosen(path) {
  for (const [pattern, load] of SCREENS) {
    const found = match(pattern, path);
    if (found) return [load, found];
  }
  return [null, null];
}

/** Props of a screen: the parts of its address, as `id`. Its query is in router's `place`. */
function Loaded({ load, with: parts }) {
  const [error, fail] = useState(null);
  const [turn, again] = useState(0);
  const [broken, mend] = useErrorBoundary((reason) => console.error(reason));
  useEffect(() => {
    if (loaded.has(load)) return;
    fail(null);
    load().then(
      (module) => {
        loaded.set(load, module.default);
        again((before) => before + 1);
      },
      (reason) => fail(reason),
    );
  }, [load, turn]);
  if (broken) return html`<${Failed} error=${broken} what="This screen broke." onAgain=${mend} />`;
  const Shown = loaded.get(load);
  if (Shown) return html`<${Shown} ...${parts} />`;
  if (error) return html`<${NotLoaded} error=${error} onAgain=${() => again((before) => before + 1)} />`;
  return html`<${Loading} />`;
}

/** A browser does not say why code did not come. Mostly there is no connection. */
function NotLoaded({ error, onAgain }) {
  console.error(error);
  const action = html`<${Button} icon="retry" onClick=${onAgain}>Try again</${Button}>`;
  return html`
    <${Notice} kind="bad" title="This screen could not be loaded" action=${action}>
      FileFerry does not answer. Check your connection, then try again. If it does not help, reload the page.
    </${Notice}>
  `;
}

function NotThere() {
  return html`
    <${Screen} title="Nothing is here">
      <${Empty} icon="search" title="There is no such page"
        action=${html`<${LinkButton} href="/">Go to Home</${LinkButton}>`}>
        The address may be mistyped.
      </${Empty}>
    </${Screen}>
  `;
}
