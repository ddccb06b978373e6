// What a bulk action says of itself: while it runs, and what came of it.

import { count, counted } from "../../format/bytes.js";
import { escaped } from "../../format/names.js";
import { finishedOf, refusalsByCode } from "./bulk.js";
import { actionOf } from "./permissions.js";

/** "Retrying: 12 of 37" @param {import("./bulk.js").Bulk} bulk */
export function progressText(bulk) {
  const { running } = actionOf(bulk.action);
  return `${running}: ${count(finishedOf(bulk))} of ${count(bulk.total)}`;
}

/** "35 of 37 transfers were retried." */
export function resultText(bulk) {
  const { done, total, action } = bulk;
  const are = done === 1 ? "is" : "are";
  const verb = action === "cancel" ? are : done === 1 ? "was" : "were";
  return `${count(done)} of ${counted(total, "transfer")} ${verb} ${actionOf(action).done}.`;
}

const WHY = {
  "signed-out": "because the session ended",
  unreachable: "because FileFerry does not answer",
  stopped: "because you stopped it",
};

/**
 * Why the others were not: one sentence for each reason.
 * @returns {{key: string, text: string, ids: string[]}[]}
 */
export function otherwise(bulk) {
  const lines = refusalsByCode(bulk.refused).map(({ code, detail, ids }) => ({
    key: code,
    text: `${count(ids.length)} refused (${escaped(code)}). ${ids.length > 1 ? "The first one: " : ""}${escaped(detail)}`,
    ids,
  }));
  if (bulk.lost.length > 0) {
    const text = `Of ${count(bulk.lost.length)} no answer came. Whether it was done is not known: look at their state.`;
    lines.push({ key: "lost", text, ids: bulk.lost });
  }
  if (bulk.left > 0) {
    lines.push({ key: "left", text: `${count(bulk.left)} were not sent, ${WHY[bulk.why] ?? "yet"}.`, ids: [] });
  }
  return lines;
}

/** What screen readers hear on the way: each 10 %. */
export function tenth(bulk) {
  return Math.floor((finishedOf(bulk) / bulk.total) * 10);
}
