// The page's one bulk action at a time, whichever screen is shown.

import { effect } from "../../lib.js";
import { pageClock } from "../../live/clock.js";
import { go, href, place } from "../../router.js";
import { announce, toast } from "../../ui/announce.js";
import { api, live, session } from "../../wiring.js";
import { createBulk } from "./bulk.js";
import { progressText, resultText, tenth } from "./bulk_words.js";

export const bulk = createBulk({
  post: (path) => api.post(path, { patient: false }), // it waits itself, so that it can be stopped
  put: (view) => live.put(view),
  clock: pageClock(),
});

export function isRunning() {
  return bulk.shown.value !== null && bulk.shown.value.state !== "ended";
}

function ask(event) {
  event.preventDefault(); // the browser asks whether to leave: the rest would not be sent
}

effect(() => {
  if (isRunning()) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
});

let told = null; // what was said last
effect(() => {
  const now = bulk.shown.value;
  if (now === null) return;
  if (now.state === "ended") {
    if (told !== "ended") tellEnd(now);
    told = "ended";
  } else if (tenth(now) !== told) {
    told = tenth(now);
    announce(progressText(now));
  }
});

function tellEnd(now) {
  if (place.peek().path === "/transfers") announce(resultText(now));
  else {
    const action = { label: "Show", onClick: () => go(href("/transfers")) };
    toast(resultText(now), { kind: now.done === now.total ? "done" : "note", action });
  }
}

effect(() => {
  if (session.state.value === "signed-out") bulk.forget(); // nothing of it is the next user's
});
