// The timeline of a transfer: what happened, the newest first.

import { html, useEffect, useRef, useState } from "../../lib.js";
import { ApiProblem, SignedOut } from "../../api/problem.js";
import { counted } from "../../format/bytes.js";
import { Button } from "../../ui/button.js";
import { SelectField } from "../../ui/field.js";
import { Time } from "../../ui/name.js";
import { Failed, Loading } from "../../ui/notice.js";
import { api } from "../../wiring.js";
import { transferPath } from "./readings.js";
import { detailOf, factsOf, linesOf, merged, newestOf, oldestOf, titleOf, toneOf } from "./timeline.js";

const LIMIT = 100;
const APART_MS = 5_000; // between two looks: failures may come every second
const ORDERS = [["all", "Newest first"], ["bad-first", "Failures first"], ["bad", "Failures only"]];

/** `version` changes when something has happened. */
export function TimelineCard({ shown, version }) {
  const [order, setOrder] = useState("all");
  const { events, cursor, gone, error, busy, older, again } = useTimeline(shown.id, version);
  const isThere = events !== null;
  const lines = linesOf(events ?? factsOf(shown), order);
  return html`
    <section class="card timeline" aria-label="Timeline">
      <div class="card-head">
        <h2>Timeline</h2>
        <p class="muted">${isThere ? `${counted(events.length, "event")}${cursor ? ", and older ones" : ""}` : ""}</p>
        <${SelectField} label="Order" value=${order} onValue=${setOrder} options=${ORDERS} />
      </div>
      ${error && !isNotThere(error) && html`<${Failed} error=${error} what="The timeline could not be read." onAgain=${again} />`}
      ${!isThere && !error && html`<${Loading} lines=${3} what="Loading the timeline" />`}
      ${(isThere || isNotThere(error)) && lines.length > 0 && html`<ol class="timeline-lines">${lines.map((line) => html`<${Line} key=${line.key} line=${line} />`)}</ol>`}
      ${isThere && lines.length === 0 && html`<p class="muted">${nothingInWords(order, cursor)}</p>`}
      ${isNotThere(error) && html`<p class="muted">This FileFerry tells no more of what happened.</p>`}
      ${cursor && html`<${Button} busy=${busy} onClick=${older}>Show older events</${Button}>`}
      ${gone && html`<p class="muted">What happened before is not kept any more.</p>`}
    </section>
  `;
}

function Line({ line }) {
  if (line.kind === "gap") return html`<li class="timeline-gap muted">${line.text}</li>`;
  const [newest, oldest] = [newestOf(line), oldestOf(line)];
  const detail = detailOf(line);
  return html`
    <li class="timeline-line" data-tone=${toneOf(line)}>
      <span class="timeline-time small">
        ${line.kind === "again" && html`<${Time} at=${oldest.at} /> to${" "}`}<${Time} at=${newest.at} />
      </span>
      <div><strong>${titleOf(line)}</strong>${newest.run > 1 && html` <span class="muted small">run ${newest.run}</span>`}
        ${detail && html`<p class="small">${detail}</p>`}</div>
    </li>
  `;
}

function nothingInWords(order, cursor) {
  if (order === "all") return "No event is known yet.";
  return `Nothing went wrong${cursor ? " in what is shown" : ""}.`;
}

function isNotThere(error) {
  return error instanceof ApiProblem && error.code === "no_route";
}

const NOTHING = { events: null, cursor: null, gone: false, error: null };

/** Read when the screen opens and after each change of `version`, though not more often than that. */
function useTimeline(id, version) {
  const [state, set] = useState(NOTHING);
  const [busy, setBusy] = useState(false);
  const [turn, again] = useState(0);
  const lookedAt = useRef(-Infinity);
  const stop = useRef(null);
  useEffect(() => {
    stop.current = new AbortController();
    return () => stop.current.abort();
  }, [id]);
  const read = async (cursor) => {
    const { signal } = stop.current;
    try {
      const page = await api.get(transferPath(id, "/events"), { query: { limit: LIMIT, cursor }, signal });
      if (!signal.aborted) set((old) => joined(old, page, cursor));
    } catch (error) {
      if (!signal.aborted && !(error instanceof SignedOut)) set((old) => ({ ...old, error }));
    }
  };
  useEffect(() => {
    const wait = Math.max(0, lookedAt.current + APART_MS - performance.now());
    const timer = setTimeout(() => {
      lookedAt.current = performance.now();
      read(null);
    }, wait);
    return () => clearTimeout(timer);
  }, [id, version, turn]);
  const older = async () => {
    setBusy(true);
    await read(state.cursor);
    setBusy(false);
  };
  return { ...state, busy, older, again: () => again((before) => before + 1) };
}

/** The newest page may leave a hole to what is known. Then what is older is asked for anew. */
function joined(old, page, cursor) {
  const known = old.events ?? [];
  const isOlder = cursor !== null;
  if (isOlder && cursor !== old.cursor) return old; // what it would follow was put aside meanwhile
  const meets = isOlder || page.events.some((each) => known.some((one) => one.event_id === each.event_id));
  const events = merged(page.events, meets ? known : []);
  const [end, gone] = isOlder || !meets ? [page.cursor, page.earlier_gone] : [old.cursor, old.gone];
  return { events, cursor: end, gone, error: null };
}
