// One transfer: how it goes, what happened to it, and what was proved at its end.

import { html, useEffect, useMemo, useRef, useState } from "../../lib.js";
import { lastPart, shortened } from "../../format/names.js";
import { hasEnded, moves } from "../../live/shown.js";
import { staleFor } from "../../live/live.js";
import { go, match, place } from "../../router.js";
import { announce } from "../../ui/announce.js";
import { LinkButton } from "../../ui/button.js";
import { Name } from "../../ui/name.js";
import { Empty, Failed, Loading } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { live } from "../../wiring.js";
import { Actions } from "./actions-bar.js";
import { ChunkCard } from "./chunk-card.js";
import { percentOf, spoken } from "./figures.js";
import { Head } from "./head.js";
import { LaneCard } from "./lane-card.js";
import { RateCard } from "./rate-card.js";
import { isGone, useReadings } from "./readings.js";
import { ReceiptCard } from "./receipt-card.js";
import { withSample } from "./samples.js";
import { TicketCard } from "./ticket-card.js";
import { TimelineCard } from "./timeline-card.js";
import { Trouble } from "./trouble.js";

const BACK = { href: "/transfers", text: "Transfers" };

export default function Transfer({ id }) {
  const watch = useWatch(id);
  const shown = watch?.shown.value ?? null;
  const readings = useReadings(id, shown?.status === "moving", shown && versionOf(shown));
  useSpoken(shown);
  useCleanAddress(id);
  if (!shown) {
    const isMissing = watch?.missing.value || isGone(readings.error);
    return isMissing ? html`<${NotFound} />` : html`<${Waiting} error=${readings.error} />`;
  }
  return html`<${Known} shown=${shown} readings=${readings} />`;
}

function Known({ shown, readings }) {
  const stale = staleFor(shown, live);
  const { id } = shown;
  const told = versionOf(shown);
  const ended = hasEnded(shown);
  // Twice a second figures change; what is below them is drawn again only when it has changed.
  const after = useMemo(
    () => html`<${TimelineCard} shown=${shown} version=${told} /><${TicketCard} id=${id} ended=${ended} />`,
    [told, id, ended],
  );
  const name = lastPart(shown.source.key);
  const title = useMemo(() => html`<${Name} text=${name} most=${80} />`, [name]);
  const samples = useSamples(shown);
  useTitle(percentOf(shown), name);
  return html`
    <${Screen} title=${title} back=${BACK}
      actions=${html`<${Actions} shown=${shown} view=${readings.view} />`}>
      <${Trouble} shown=${shown} view=${readings.view} />
      <${Head} shown=${shown} view=${readings.view} stale=${stale} />
      <${ChunkCard} chunks=${shown.chunks} text=${shown.chunk_runs} size=${shown.size_bytes} ended=${ended} stale=${stale !== null} />
      <div class="cards">
        ${(!ended || samples.length > 1) && html`<${RateCard} samples=${samples} />`}
        ${!ended && html`<${LaneCard} shown=${shown} readings=${readings} />`}
      </div>
      ${shown.receipt && html`<${ReceiptCard} receipt=${shown.receipt} id=${id} />`}
      ${after}
    </${Screen}>
  `;
}

/** Changes when something has happened that the stream does not tell in full. */
function versionOf({ run, status, failure }) {
  return `${run} ${status} ${failure?.code ?? ""} ${failure?.attempt ?? ""}`;
}

/** The rates that this page has seen. */
function useSamples(shown) {
  const kept = useRef([]);
  const rate = moves(shown) ? shown.rate_bytes_per_second : null;
  kept.current = withSample(kept.current, Date.parse(shown.seen_at), rate);
  return kept.current;
}

/** Tabs tell how far it is. */
function useTitle(percent, name) {
  useEffect(() => {
    document.title = `${percent ? `${percent} ` : ""}${shortened(name, 60)} - FileFerry`;
  }, [percent, name]);
}

function useWatch(id) {
  const [watch, keep] = useState(null);
  useEffect(() => {
    const opened = live.watchTransfer(id);
    keep(opened);
    return () => opened.close();
  }, [id]);
  return watch;
}

function useSpoken(shown) {
  const before = useRef(null);
  useEffect(() => {
    if (!shown) return;
    const text = spoken(before.current, shown);
    before.current = shown;
    if (text) announce(text);
  }, [shown]);
}

/** What 'Send again' was filled with is of no use here once its dialog is closed. */
function useCleanAddress(id) {
  const { path, query } = place.value;
  const isLeft = match("/transfers/:id", path)?.id === id && query.size > 0 && !query.has("send");
  useEffect(() => {
    if (isLeft) go(path, { replace: true });
  }, [path, isLeft]);
}

function NotFound() {
  return html`
    <${Screen} title="No such transfer" back=${BACK}>
      <${Empty} icon="search" title="This transfer is not there, or it is not yours"
        action=${html`<${LinkButton} href="/history">Look in the history</${LinkButton}>`}>
        You see your own transfers. Operators, auditors and admins see everybody's.
      </${Empty}>
    </${Screen}>
  `;
}

function Waiting({ error }) {
  return html`
    <${Screen} title="Transfer" back=${BACK}>
      ${error && html`<${Failed} error=${error} what="The transfer could not be read. It is tried again." />`}
      <${Loading} lines=${6} what="Loading the transfer" />
    </${Screen}>
  `;
}
