// The charts of the analytics.

import { html, useMemo } from "../../lib.js";
import { bytesText, count, rateText } from "../../format/bytes.js";
import { escaped } from "../../format/names.js";
import { href } from "../../router.js";
import { Chart } from "../../ui/chart.js";
import { ChartCard } from "./chart_card.js";
import { shareText } from "./figures.js";
import { dayBefore, instantOf } from "./moments.js";

const STEPS = [1, 2, 7, 14, 28, 56]; // days between two marks
const OTHERS = "other destinations"; // together
const BARS = 12; // reasons; the rest is in the table
const OTHER_REASONS = "other"; // what the service counts together has no page

/** A chart of days: each at its place, so that no change of the clocks moves it. */
function Days({ days, values, ...rest }) {
  const data = useMemo(() => [days.map((_, at) => at), ...values], [days, values]);
  const xText = useMemo(() => (at, short) => (days[at] ?? "").slice(short ? 5 : 0), [days]);
  return html`<${Chart} ...${rest} data=${data} xText=${xText} steps=${STEPS} />`;
}

/** Where the axis of rates begins: all of the changes are seen, but 99 % and 100 % look alike. */
function bottomOf(success) {
  const least = Math.min(100, ...success.filter((each) => each !== null));
  return Math.min(90, Math.floor(least / 10) * 10);
}

const text = (value, form) => (value == null ? null : form(value));

export function Success({ figures }) {
  const { days, success, completed, failed, cancelled } = figures;
  const values = useMemo(() => [success], [success]);
  const rows = days.map((day, at) => [
    day,
    completed[at] !== null && success[at] === null ? "nothing ended" : text(success[at], shareText),
    ...[completed, failed, cancelled].map((each) => text(each[at], count)),
  ]);
  return html`
    <${ChartCard} title="Success rate" hint="What completed, of what completed or failed. Cancelled ones do not count."
      columns=${["Day", "Success rate", "Completed", "Failed", "Cancelled"]} rows=${rows}
      empty=${success.every((each) => each === null) ? "Nothing completed or failed." : null}>
      <${Days} label="Success rate by day" days=${days} values=${values} series=${[{ label: "completed" }]} top=${100} bottom=${bottomOf(success)} yText=${shareText} />
    </${ChartCard}>
  `;
}

export function Volume({ figures }) {
  const { days, destinations, bytes } = figures;
  const names = destinations.map(({ id }) => (id === null ? OTHERS : escaped(id)));
  const values = useMemo(() => destinations.map((each) => each.bytes), [destinations]);
  const rows = days.map((day, at) => [day, text(bytes[at], bytesText), ...values.map((each) => text(each[at], bytesText))]);
  return html`
    <${ChartCard} title="Volume" hint="Bytes of what completed, by destination." columns=${["Day", "All", ...names]} rows=${rows}
      empty=${destinations.length ? null : "Nothing with content completed."}>
      <${Days} label="Volume by day and destination" days=${days} values=${values} kind="bars"
        series=${names.map((label) => ({ label }))} yText=${bytesText} />
    </${ChartCard}>
  `;
}

export function Throughput({ figures }) {
  const { days, throughput, bytes } = figures;
  const values = useMemo(() => [throughput], [throughput]);
  const rows = days.map((day, at) => [day, bytes[at] !== null && throughput[at] === null ? "nothing completed" : text(throughput[at], rateText)]);
  return html`
    <${ChartCard} title="Throughput" hint="Of one transfer: bytes by the time from its first start to its end, with pauses and waits. Several at once move more together."
      columns=${["Day", "Throughput"]} rows=${rows} empty=${throughput.every((each) => each === null) ? "Nothing completed." : null}>
      <${Days} label="Throughput by day" days=${days} values=${values} series=${[{ label: "throughput" }]} yText=${rateText} />
    </${ChartCard}>
  `;
}

/** Bars across, each with its number and a link to its transfers. */
export function Reasons({ figures, period, links }) {
  const { reasons, total } = figures;
  const most = reasons[0]?.count ?? 1;
  const query = { ...links, status: "failed", from: instantOf(`${period.first}T00:00`), until: instantOf(`${dayBefore(period.until, -1)}T00:00`) };
  return html`
    <${ChartCard} title="Reasons of failures" hint="The list goes by when a transfer was asked for, so that it may differ at the edges of the period."
      columns=${["Reason", "Failures"]} rows=${reasons.map(({ code, count: number }) => [code, count(number)])}
      empty=${total.failed ? null : "Nothing failed."}>
      <ul class="reasons">
        ${reasons.slice(0, BARS).map(({ code, count: number }) => html`
          <li key=${code}>
            ${code === OTHER_REASONS ? html`<span>other reasons</span>` : html`<a href=${href("/history", { ...query, reason: code })}>${escaped(code)}</a>`}
            <span class="number">${count(number)}</span>
            <span class="reasons-bar" style=${{ width: `${(number / most) * 100}%` }} aria-hidden="true"></span>
          </li>`)}
      </ul>
      ${reasons.length > BARS && html`<p class="muted small">${count(reasons.length - BARS)} more are in the table.</p>`}
    </${ChartCard}>
  `;
}
