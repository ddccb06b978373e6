// Settings: how the console looks, the account, and who is told of what.

import { html } from "../../lib.js";
import { href, place } from "../../router.js";
import { Screen } from "../../ui/screen.js";
import { Tabs } from "../../ui/tabs.js";
import { Account } from "./account.js";
import { Channels } from "./channels.js";
import { Look } from "./look.js";

const TABS = [
  ["look", "Appearance", Look],
  ["account", "Account", Account],
  ["notifications", "Notifications", Channels],
];

export default function Settings() {
  const wanted = place.value.query.get("tab") ?? "look";
  const [key, , Shown] = TABS.find(([each]) => each === wanted) ?? TABS[0];
  const tabs = TABS.map(([each, text]) => ({ key: each, text, href: href("/settings", { tab: each }) }));
  return html`
    <${Screen} title="Settings">
      <${Tabs} label="Settings" tabs=${tabs} current=${key} />
      <${Shown} />
    </${Screen}>
  `;
}
