// The parts that a page has one of. The only place that makes them.

import { keepAgent, leaveAgent } from "./agent.js";
import { createApi } from "./api/client.js";
import { effect } from "./lib.js";
import { createLive } from "./live/live.js";
import { session } from "./session/session.js";
import { forgetMessages } from "./ui/announce.js";

/** The REST API's address: of the page's own host, where nothing else is said. */
const told = document.querySelector('meta[name="fileferry-api"]')?.content;

export const api = createApi({ base: told || location.origin, session });

export const live = createLive({
  api,
  onSessionOver: () => session.over(),
  user: () => session.me.peek()?.user ?? null,
});

keepAgent();
effect(() => {
  if (session.state.value === "signed-out") {
    live.leave(); // nothing of it is the next user's
    leaveAgent();
  }
  forgetMessages(); // and again before that one's first screen: some came since
});

export { session };
