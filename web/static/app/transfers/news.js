// What screen readers hear of a list: which transfers ended, and no tick of the others.

import { count } from "../format/bytes.js";
import { nameOf } from "./naming.js";

const ENDS = ["failed", "completed", "cancelled"]; // what matters most comes first

/**
 * @param {Map<string, object>} before @param {Map<string, object>} now
 * @returns {string} "a.csv failed. 3 transfers completed." or ""
 */
export function newsOf(before, now) {
  const ended = new Map(ENDS.map((status) => [status, []]));
  for (const [id, shown] of now) {
    const known = before.get(id);
    if (known && known.status !== shown.status) ended.get(shown.status)?.push(shown);
  }
  const sentences = [...ended].map(([status, rows]) => {
    if (rows.length === 0) return "";
    return rows.length === 1 ? `${nameOf(rows[0])} ${status}.` : `${count(rows.length)} transfers ${status}.`;
  });
  return sentences.filter(Boolean).join(" ");
}
