// The figures of how transfers ended, loaded anew every few minutes.

import { listDestinations } from "../../api/destinations.js";
import { zoneId } from "../../format/times.js";
import { useLoaded } from "../../ui/loaded.js";
import { api, live } from "../../wiring.js";
import { useEvery } from "../../transfers/use_every.js";
import { DAYS } from "./health.js";
import { againstUsual, dayBefore, daysToAskFor } from "./usual.js";

const ANEW_MS = 5 * 60_000;

function serviceNow() {
  return live.serviceNow() ?? new Date();
}

/** @param {"mine" | "all"} scope @returns useLoaded of againstUsual's answer */
export function useToday(scope) {
  const zone = zoneId();
  const loaded = useLoaded(
    async (signal) => {
      const now = serviceNow();
      const query = { ...daysToAskFor(now, zone), time_zone: zone, group: "hour", owner: ownerOf(scope) };
      const { rows, counted_since } = await api.get("/api/statistics", { query, signal });
      return { scope, ...againstUsual(rows, counted_since, now, zone) };
    },
    [scope, zone],
  );
  useEvery(ANEW_MS, loaded.again);
  return loaded;
}

/** @returns useLoaded of {rows, countedSince, destinations, from} */
export function usePartners(scope) {
  const zone = zoneId();
  const loaded = useLoaded(
    async (signal) => {
      const { until } = daysToAskFor(serviceNow(), zone);
      const from = dayBefore(until, DAYS - 1);
      const query = { from, until, time_zone: zone, owner: ownerOf(scope) };
      const [{ rows, counted_since }, { items }] = await Promise.all([
        api.get("/api/statistics", { query, signal }),
        listDestinations(api, signal),
      ]);
      return { scope, rows, countedSince: counted_since, destinations: items, from };
    },
    [scope, zone],
  );
  useEvery(ANEW_MS, loaded.again);
  return loaded;
}

function ownerOf(scope) {
  return scope === "all" ? "*" : null;
}
