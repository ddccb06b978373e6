// The destinations that somebody may see, as all screens list them.

import { collect } from "./pages.js";

export const MOST_DESTINATIONS = 1_000;

/** @returns {Promise<{items: any[], complete: boolean}>} MOST_DESTINATIONS at the most, by id */
export function listDestinations(api, signal) {
  const options = { most: MOST_DESTINATIONS, signal };
  return collect(api, "/api/destinations", "destinations", { limit: 200 }, options);
}
