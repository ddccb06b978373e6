// What the partners' screens load.

import { listDestinations } from "../../api/destinations.js";
import { dateText, zone, zoneId } from "../../format/times.js";
import { useEffect, useState } from "../../lib.js";
import { useLoaded } from "../../ui/loaded.js";
import { api, live, session } from "../../wiring.js";
import { sessions } from "../../transfers/console_sessions.js";
import { DAYS, days } from "./period.js";

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

export function usePartners() {
  return useLoaded((signal) => listDestinations(api, signal), []);
}

/** {view, etag}. An id that cannot be one is not asked for. */
export function usePartner(id) {
  return useLoaded(async (signal) => {
    if (!SLUG.test(id)) return { view: null, etag: null };
    const { document, headers } = await api.call("GET", partnerPath(id), { signal });
    return { view: document, etag: headers.get("ETag") };
  }, [id]);
}

export function partnerPath(id) {
  return `/api/destinations/${encodeURIComponent(id)}`;
}

/** Whose transfers are counted: everybody's, for those who see them. */
export function owner() {
  return session.seesAll.value ? "*" : null;
}

/** {rows, days, counted_since}; null where this FileFerry does not count yet. */
export function useFigures(destination = null) {
  const zoned = zone.value;
  return useLoaded(async (signal) => {
    const wanted = days(dateText(live.serviceNow() ?? new Date()), DAYS);
    const query = { from: wanted[0], until: wanted.at(-1), time_zone: zoneId(), destination, owner: owner() };
    try {
      return { ...(await api.get("/api/statistics", { query, signal })), days: wanted };
    } catch (error) {
      if (error.code === "no_route") return null;
      throw error;
    }
  }, [destination, zoned]);
}

/** SessionsView of a destination, asked for seldom while somebody looks; null: not known. */
export function useSessions(id) {
  const [watched, setWatched] = useState(null);
  useEffect(() => {
    const watch = sessions.watch(id);
    setWatched(watch);
    return watch.close;
  }, [id]);
  return watched?.sessions.value ?? null;
}

