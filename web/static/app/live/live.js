// Placeholder of the live client.

import { signal } from "../lib.js";

export function createLive() {
  const rows = signal(new Map());
  const list = { rows, ready: signal(false), refused: signal(null), close() {} };
  return {
    watchList: () => list,
    watchTransfer: () => ({ shown: signal(null), missing: signal(false), close() {} }),
    link: signal("opening"),
    silence: signal(0),
    serviceNow: () => null,
    put() {},
    close() {},
  };
}

export function staleFor() {
  return null;
}
