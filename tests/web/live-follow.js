// Follows transfer t-1 of the server at the address that is given, until it has ended.
//
// stdout: one JSON object a line for each state that is shown, and {"link": ...} for each change of
// the link. tests/unit/web/test_live_follows.py runs it against a server that breaks connections.

import { createApi } from "../../web/static/app/api/client.js";
import { createLive } from "../../web/static/app/live/live.js";
import { hasEnded } from "../../web/static/app/live/shown.js";

const FASTER = 25; // so that seconds of patience are no seconds of a test

const clock = {
  now: () => performance.now() * FASTER,
  after(ms, fn) {
    const timer = setTimeout(fn, ms / FASTER);
    return () => clearTimeout(timer);
  },
};
const session = { token: async () => "token", refused: async () => {} };
const api = createApi({ base: process.argv[2], session });
const live = createLive({ api, onSessionOver: () => print({ over: true }), clock });
const watch = live.watchTransfer("t-1");

function print(document) {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

live.link.subscribe((link) => print({ link }));
watch.shown.subscribe((shown) => {
  if (shown === null) return;
  print({ shown });
  if (!hasEnded(shown)) return;
  watch.close();
  live.close();
});
