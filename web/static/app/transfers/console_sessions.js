// The page's questions about sessions in use.

import { pageClock } from "../live/clock.js";
import { api } from "../wiring.js";
import { createSessions } from "./sessions.js";

export const sessions = createSessions({
  get: (path) => api.get(path),
  clock: pageClock(),
  isHidden: () => document.hidden,
});
