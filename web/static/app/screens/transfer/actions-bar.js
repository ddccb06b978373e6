// What may be done with the transfer, as buttons.

import { html, useState } from "../../lib.js";
import { Unreachable } from "../../api/problem.js";
import { lastPart } from "../../format/names.js";
import { go, href, place } from "../../router.js";
import { toast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { Confirm } from "../../ui/dialog.js";
import { useKeptFocus } from "../../ui/focus.js";
import { useKey } from "../../ui/keys.js";
import { Name } from "../../ui/name.js";
import { sentenceOf } from "../../ui/notice.js";
import { api, live, session } from "../../wiring.js";
import { actionsFor, maySend } from "./actions.js";
import { CommandDialog } from "./command-dialog.js";
import { transferPath } from "./readings.js";

const BUTTONS = {
  pause: { icon: "pause", text: "Pause" },
  resume: { icon: "resume", text: "Resume", kind: "primary" },
  retry: { icon: "retry", text: "Retry", kind: "primary" },
  cancel: { icon: "cancel", text: "Cancel", kind: "danger" },
};

function buttonBar() {
  return document.querySelector(".screen-head .actions");
}

export function Actions({ shown, view }) {
  const [busy, setBusy] = useState(null);
  const [asking, ask] = useState(null); // "cancel" or "command"
  const me = session.me.value;
  const run = async (action) => {
    setBusy(action);
    try {
      live.put(await api.post(transferPath(shown.id, `/${action}`)));
    } catch (error) {
      const unclear = error instanceof Unreachable ? " It may have been done nevertheless: look at the state." : "";
      toast(sentenceOf(error) + unclear, { kind: "bad" });
    } finally {
      setBusy(null);
      ask(null);
    }
  };
  useKeptFocus(buttonBar, () => () => buttonBar()?.querySelector("button"));
  useKey("c", "Copy the transfer as a command", () => ask("command"));
  return html`
    ${actionsFor(shown, me).map((action) => {
      const { icon, text, kind } = BUTTONS[action];
      const press = () => (action === "cancel" ? ask("cancel") : run(action));
      return html`
        <${Button} key=${action} icon=${icon} kind=${kind} busy=${busy === action} disabled=${busy !== null}
          onClick=${press}>${text}</${Button}>
      `;
    })}
    ${maySend(me) && html`<${Button} key="again" icon="send" onClick=${() => go(sendAgainAddress(shown, view))}>Send again</${Button}>`}
    <${Button} key="command" icon="copy" onClick=${() => ask("command")}>Copy as command</${Button}>
    ${asking === "cancel" && html`
      <${Confirm} title="Cancel this transfer?" action="Cancel the transfer" busy=${busy === "cancel"}
        onYes=${() => run("cancel")} onNo=${() => ask(null)}>
        <p><${Name} text=${lastPart(shown.source.key)} /> will not be delivered, and what was moved of it is removed at
          the partner. A cancelled transfer cannot go on: it can only be sent again from its beginning.</p>
      </${Confirm}>
    `}
    ${asking === "command" && html`<${CommandDialog} id=${shown.id} view=${view} onClose=${() => ask(null)} />`}
  `;
}

/** The dialog 'Send' over this screen, filled with what this transfer was asked for. */
function sendAgainAddress(shown, view) {
  return href(place.value.path, {
    send: "1",
    bucket: shown.source.bucket,
    key: shown.source.key,
    destination: shown.destination.id,
    target: view?.target_path,
    verify: view?.verify,
    if_exists: view?.if_exists,
  });
}
