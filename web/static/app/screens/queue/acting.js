// One action on one transfer, from its row.

import { signal } from "../../lib.js";
import { SignedOut } from "../../api/problem.js";
import { announce, toast } from "../../ui/announce.js";
import { sentenceOf } from "../../ui/notice.js";
import { api, live } from "../../wiring.js";
import { actionOf } from "./permissions.js";
import { nameOf } from "../../transfers/naming.js";

/** Ids of the transfers whose action has no answer yet. */
export const acting = signal(new Set());

/** @param {string} key of ACTIONS @param {import("../../live/shown.js").Shown} shown */
export async function act(key, shown) {
  if (acting.peek().has(shown.id)) return;
  acting.value = new Set(acting.peek()).add(shown.id);
  const { text, done } = actionOf(key);
  try {
    live.put(await api.post(`/api/transfer/${encodeURIComponent(shown.id)}/${key}`));
    announce(`${nameOf(shown)} is ${done}.`);
  } catch (error) {
    if (!(error instanceof SignedOut)) toast(`${text} ${nameOf(shown)}: ${sentenceOf(error)}`, { kind: "bad" });
  } finally {
    const left = new Set(acting.peek());
    left.delete(shown.id);
    acting.value = left;
  }
}
