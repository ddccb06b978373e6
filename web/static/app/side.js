// The agent's panel beside whatever screen is shown, and the button that opens it.

import { html, useEffect, useState } from "./lib.js";
import { closeAgent, isAgentOpen, openAgent } from "./agent.js";
import { AgentPanel } from "./screens.js";
import { Button } from "./ui/button.js";
import { useKey } from "./ui/keys.js";

const PHONE = matchMedia("(max-width: 40rem)"); // there it covers the page: see style/agent.css

export function AgentButton() {
  useKey("a", "Talk to the agent", openAgent);
  const isOpen = isAgentOpen.value;
  const press = () => (isOpen ? closeAgent() : openAgent());
  return html`
    <${Button} icon="agent" id="agent-button" aria-label="Agent" aria-expanded=${isOpen ? "true" : "false"}
      aria-controls=${isOpen ? "agent" : null} onClick=${press}>Agent</${Button}>
  `;
}

/** @returns {boolean} whether it covers the page: what is behind it cannot be reached then */
export function useCovered() {
  const [isPhone, set] = useState(PHONE.matches);
  useEffect(() => {
    const look = () => set(PHONE.matches);
    PHONE.addEventListener("change", look);
    return () => PHONE.removeEventListener("change", look);
  }, []);
  return isPhone && isAgentOpen.value;
}

export function AgentSide() {
  if (!isAgentOpen.value) return null;
  const key = (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    leave();
  };
  const click = (event) => {
    if (PHONE.matches && event.target.closest?.("a[href]")) closeAgent(); // what it leads to is behind
  };
  return html`
    <aside class="agent" id="agent" aria-label="Agent" onKeyDown=${key} onClick=${click}>
      <${AgentPanel} onClose=${leave} />
    </aside>
  `;
}

/** What opened it gets the focus back. */
function leave() {
  closeAgent();
  setTimeout(() => document.getElementById("agent-button")?.focus());
}
