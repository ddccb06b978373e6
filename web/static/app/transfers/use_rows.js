// All transfers that the queue knows: the live list, and those that failed within the last days.

import { useEffect, useMemo, useRef } from "../lib.js";
import { announce } from "../ui/announce.js";
import { useLoaded } from "../ui/loaded.js";
import { api, live } from "../wiring.js";
import { failedBefore, together } from "./failed_before.js";
import { newsOf } from "./news.js";
import { useAgain, useEvery } from "./use_every.js";
import { useList } from "./use_list.js";

const ANEW_MS = 5 * 60_000; // the live list tells of what fails meanwhile
const TICK_MS = 30_000; // what is late becomes so without any news

/**
 * @param {"mine" | "all"} scope
 * @returns {{rows: Map<string, object>, isReady: boolean, refused: string | null, failed: object}}
 *   `failed`: as useLoaded has it, of `failedBefore`
 */
export function useRows(scope) {
  const list = useList(scope);
  const failed = useLoaded(
    (signal) => failedBefore(api, scope, live.serviceNow() ?? new Date(), signal),
    [scope],
  );
  useEvery(ANEW_MS, failed.again);
  useEvery(TICK_MS, useAgain());
  const over = useRef({ of: null, ids: new Set() });
  const answer = failed.value?.scope === scope ? failed.value : null;
  if (over.current.of !== answer) over.current = { of: answer, ids: new Set() };
  const now = list?.rows.value ?? NONE;
  const rows = useMemo(() => together(now, answer?.rows ?? [], over.current.ids), [now, answer]);
  useNews(now);
  return { rows, isReady: list?.ready.value ?? false, refused: list?.refused.value ?? null, failed };
}

const NONE = new Map();

function useNews(now) {
  const before = useRef(now);
  useEffect(() => {
    const news = newsOf(before.current, now);
    before.current = now;
    if (news) announce(news);
  }, [now]);
}
