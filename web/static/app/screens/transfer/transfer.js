// One transfer: how it goes, what happened to it, and what was proved at its end.

import { html, useEffect, useMemo, useRef, useState } from "../../lib.js";
import { lastPart } from "../../format/names.js";
import { hasEnded, moves } from "../../live/shown.js";
import { staleFor } from "../../live/live.js";
import { announce } from "../../ui/announce.js";
import { LinkButton } from "../../ui/button.js";
import { Name } from "../../ui/name.js";
import { Empty, Failed, Loading } from "../../ui/notice.js";
import { Screen } from "../../ui/screen.js";
import { live } from "../../wiring.js";
import { Actions } from "./actions-bar.js";
import { ChunkCard } from "./chunk-card.js";
import { spoken } from "./figures.js";
import { Head } from "./head.js";
import { LaneCard } from "./lane-card.js";
import { RateCard } from "./rate-card.js";
import { isGone, useReadings } from "./readings.js";
import { ReceiptCard } from "./receipt-card.js";
import { TicketCard } from "./ticket-card.js";
import { TimelineCard } from "./timeline-card.js";
import { Trouble } from "./trouble.js";

const BACK = { href: "/transfers", text: "Transfers" };

export default function Transfer({ id }) {
  const watch = useWatch(id);
  const shown = watch?.shown.value ?? null;
  const goesOn = shown !== null && !hasEnded(shown);
  const version = shown && `${shown.run} ${shown.status}`;
  const readings = useReadings(id, goesOn, version);
  useSpoken(shown);
  if (!shown) {
    const isMissing = watch?.missing.value || isGone(readings.error);
    return isMissing ? html`<${NotFound} />` : html`<${Waiting} error=${readings.error} />`;
  }
  return html`<${Known} shown=${shown} readings=${readings} />`;
}

function Known({ shown, readings }) {
  const stale = staleFor(shown, live);
  const { id, run, status, failure } = shown;
  const told = `${run} ${status} ${failure?.code ?? ""} ${failure?.attempt ?? ""}`;
  const ended = hasEnded(shown);
  // Twice a second figures change; what is below them is drawn again only when it has changed.
  const after = useMemo(
    () => html`<${TimelineCard} shown=${shown} version=${told} /><${TicketCard} id=${id} ended=${ended} />`,
    [told, id, ended],
  );
  const view = readings.view?.run === run ? readings.view : null;
  return html`
    <${Screen} title=${html`<${Name} text=${lastPart(shown.source.key)} most=${80} />`} back=${BACK}
      actions=${html`<${Actions} shown=${shown} view=${readings.view} />`}>
      <${Trouble} shown=${shown} view=${view} />
      <${Head} shown=${shown} view=${readings.view} stale=${stale} />
      <${ChunkCard} chunks=${shown.chunks} text=${shown.chunk_runs} ended=${ended} stale=${stale !== null} />
      ${!ended && html`
        <div class="cards">
          <${RateCard} shown=${shown} moves=${moves(shown)} />
          <${LaneCard} shown=${shown} readings=${readings} />
        </div>
      `}
      ${shown.receipt && html`<${ReceiptCard} receipt=${shown.receipt} id=${id} />`}
      ${after}
    </${Screen}>
  `;
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
