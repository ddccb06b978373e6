// Whether the agent's panel is open, and on which conversation. A reload of the tab keeps both.
//
// What is kept is no secret: a conversation's id opens nothing for anybody else.

import { effect, signal } from "./lib.js";

const KEY = "fileferry-agent";
const LONGEST_ID = 128;

const kept = read();

export const isAgentOpen = signal(kept.open === true);
/** The id of the conversation that the panel shows, or null: a new one. */
export const shownChat = signal(kept.chat ?? null);
/** Grows when somebody asks for the panel: then its field gets the focus. */
export const focusWishes = signal(0);

export function openAgent() {
  isAgentOpen.value = true;
  focusWishes.value += 1;
}

export function closeAgent() {
  isAgentOpen.value = false;
}

/** Whoever signs in next begins anew. */
export function leaveAgent() {
  isAgentOpen.value = false;
  shownChat.value = null;
}

export function keepAgent() {
  effect(() => {
    const now = { open: isAgentOpen.value, chat: shownChat.value };
    try {
      if (now.open || now.chat) sessionStorage.setItem(KEY, JSON.stringify(now));
      else sessionStorage.removeItem(KEY);
    } catch {
      // storage is blocked: a reload closes the panel
    }
  });
}

function read() {
  try {
    const { open, chat } = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    const isId = typeof chat === "string" && chat.length <= LONGEST_ID;
    return { open, chat: isId ? chat : null };
  } catch {
    return {};
  }
}
