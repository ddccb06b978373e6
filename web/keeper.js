// Keeps the session of this browser in memory, so that a reload needs no new login.
//
// A page that loads has forgotten everything, and no token may be written into storage. A service
// worker outlives the page for some seconds. It handles no requests. Pages of the same origin give
// it their session and ask for it. The browser may end it at any time: then nobody has a session,
// and the page shows the login.

let kept = null; // { session, until }: milliseconds of Date.now()

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { kind, session, until, generation, family } = event.data ?? {};
  if (kind === "keep" && (kept === null || generation >= kept.generation)) {
    kept = { session, until, generation };
  } else if (kind === "forget") {
    if (kept?.session.family === family) kept = null;
  } else if (kind === "ask") {
    if (kept !== null && Date.now() >= kept.until) kept = null;
    event.ports[0]?.postMessage(kept);
  }
});
