// Keeps the session of this browser in memory, so that a reload needs no new login.
//
// A page that loads has forgotten everything, and no token may be written into storage. A service
// worker outlives the page for some seconds. It handles no requests. Pages of the same origin give
// it their session and ask for it. The browser may end it at any time: then nobody has a session,
// and the page shows the login.

// By the login that they come from: { session, until, generation }, `until` as Date.now() has it.
const kept = new Map();

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const { kind, session, until, generation, family } = event.data ?? {};
  for (const [each, { until: end }] of kept) {
    if (Date.now() >= end) kept.delete(each);
  }
  if (kind === "keep") {
    const known = kept.get(session.family);
    if (!known || generation >= known.generation) kept.set(session.family, { session, until, generation });
  } else if (kind === "forget") {
    kept.delete(family);
  } else if (kind === "ask") {
    event.ports[0]?.postMessage((family ? kept.get(family) : newest()) ?? null);
  }
});

function newest() {
  return [...kept.values()].sort((one, other) => other.generation - one.generation)[0];
}
