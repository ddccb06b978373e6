// What stands around every screen: brand, navigation, connection, the user's menu.

import { html, useState } from "./lib.js";
import { isAgentOpen } from "./agent.js";
import { durationText } from "./format/durations.js";
import { go, href, place } from "./router.js";
import { sendQuery } from "./screens/send/form.js";
import { idleWarning, stay } from "./session/idle.js";
import { theme } from "./settings.js";
import { AgentButton, AgentSide, useCovered } from "./side.js";
import { maySend } from "./transfers/readiness.js";
import { Announcements } from "./ui/announce.js";
import { Button, LinkButton } from "./ui/button.js";
import { Dialog } from "./ui/dialog.js";
import { Icon } from "./ui/icon.js";
import { knownKeys, useKey } from "./ui/keys.js";
import { Menu } from "./ui/menu.js";
import { Name } from "./ui/name.js";
import { live, session } from "./wiring.js";

const PLACES = [
  ["/", "home", "Home"],
  ["/transfers", "transfers", "Transfers"],
  ["/partners", "partners", "Partners"],
  ["/history", "history", "History", "/analytics"],
  ["/settings", "settings", "Settings"],
];
const USERS = ["/users", "users", "Users"]; // for admins

const LINKS = {
  opening: "Connecting",
  stream: "Live",
  polling: "Asking every few seconds",
  lost: "Not connected",
};

export function Shell({ children }) {
  const isCovered = useCovered();
  return html`
    <div class="shell" data-agent=${isAgentOpen.value ? "" : null}>
      <a class="skip" href="#content" inert=${isCovered}>Skip to the content</a>
      <header class="top" inert=${isCovered}>
        <a class="brand" href="/"><img src=${MARK} alt="" />FileFerry</a>
        <div class="top-space"></div>
        <${Link} />
        ${maySend(session.roles.value) && html`<${LinkButton} kind="primary" icon="send" href=${sendAddress()}>Send</${LinkButton}>`}
        <${AgentButton} />
        <${UserMenu} />
      </header>
      <${Banner} />
      <div class="rail" inert=${isCovered}><nav aria-label="Console">${places().map((each) => html`<${Place} key=${each[0]} of=${each} />`)}</nav></div>
      <main class="content" id="content" tabindex="-1" inert=${isCovered}>${children}</main>
      <${AgentSide} />
      <${Shortcuts} />
      ${idleWarning.value !== null && html`<${StillThere} seconds=${idleWarning.value} />`}
      <${Announcements} />
    </div>
  `;
}

const MARK = new URL("../icons/fileferry.svg", import.meta.url).href;

function places() {
  return session.isAdmin.value ? [...PLACES, USERS] : PLACES;
}

function Place({ of: [path, icon, text, also] }) {
  const here = place.value.path;
  const current = path === "/" ? here === "/" : here === path || here === also || here.startsWith(`${path}/`);
  return html`<a href=${path} aria-current=${current ? "page" : null}><${Icon} name=${icon} />${text}</a>`;
}

/**
 * The Send dialog over the screen where one is. `more`: bucket, key, prefix, destination, target,
 * verify, if_exists, label (screens/send/form.js).
 */
export function sendAddress(more = {}) {
  const query = Object.fromEntries(place.value.query);
  return href(place.value.path, { ...query, send: sendQuery(more) });
}

function Link() {
  const link = live.link.value;
  if (link === "idle") return null; // nothing on this screen moves by itself
  return html`<span class="link-state" data-link=${link} role="status">${LINKS[link]}</span>`;
}

function Banner() {
  if (live.outdated.value) {
    return html`
      <div class="banner"><${Icon} name="note" />FileFerry is newer than this page. Reload the page.</div>
    `;
  }
  const silent = live.silence.value;
  if (silent <= 0) return null;
  return html`
    <div class="banner">
      <${Icon} name="offline" />Nothing was heard for ${durationText(silent)}. Figures are as they were then.
    </div>
  `;
}

const NEXT_THEME = { system: "light", light: "dark", dark: "system" };

function UserMenu() {
  const me = session.me.value;
  return html`
    <${Menu} label=${`Signed in as ${me?.user}`} icon="users">
      <span class="menu-note"><${Name} text=${me?.name} /><br />${me?.user}, ${(me?.roles ?? []).join(", ")}</span>
      <a href="/settings"><${Icon} name="settings" />Settings</a>
      <button type="button" onClick=${() => (theme.value = NEXT_THEME[theme.value])}>
        <${Icon} name="note" />Theme: ${theme.value}
      </button>
      <button type="button" onClick=${() => session.signOut()}><${Icon} name="out" />Sign out</button>
    </${Menu}>
  `;
}

function Shortcuts() {
  const [open, show] = useState(false);
  useKey("?", "Show these shortcuts", () => show(true));
  useKey("n", "Send a file", () => go(sendAddress()));
  useKey("h", "Home", () => go("/"));
  useKey("t", "Transfers", () => go("/transfers"));
  useKey("p", "Partners", () => go("/partners"));
  useKey("y", "History", () => go("/history"));
  if (!open) return null;
  return html`
    <${Dialog} title="Shortcuts" onClose=${() => show(false)}>
      <dl class="pairs">
        ${knownKeys().map(([key, text]) => html`<dt key=${key}><kbd>${key}</kbd></dt><dd>${text}</dd>`)}
      </dl>
      <p class="muted">They can be switched off in <a href="/settings" onClick=${() => show(false)}>Settings</a>.</p>
    </${Dialog}>
  `;
}

function StillThere({ seconds }) {
  return html`
    <${Dialog} title="Are you still there?" onClose=${stay} footer=${html`
      <${Button} onClick=${() => session.signOut()}>Sign out</${Button}>
      <${Button} kind="primary" onClick=${stay}>Stay signed in</${Button}>
    `}>
      <p role="timer">You will be signed out in ${durationText(seconds)}, because nothing was done here for long.
        Transfers go on without you.</p>
    </${Dialog}>
  `;
}
