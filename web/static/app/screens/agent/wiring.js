// The agent's parts that a page has one of, made when the panel or a page of it is first shown.

import { effect } from "../../lib.js";
import { shownChat } from "../../agent.js";
import { escaped } from "../../format/names.js";
import { pageClock } from "../../live/clock.js";
import { announce } from "../../ui/announce.js";
import { api, live, session } from "../../wiring.js";
import { Desk } from "./desk.js";

export const desk = new Desk({
  api,
  live,
  clock: pageClock(),
  shownChat,
  say: (text) => announce(escaped(text.replace(/\s+/g, " "))),
  newKey: () => crypto.randomUUID(),
});

effect(() => {
  if (session.state.value === "signed-out") desk.begin();
});
