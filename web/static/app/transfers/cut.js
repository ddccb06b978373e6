// Says that there may be more transfers than the page holds, so that no count is taken for all.

import { html } from "../lib.js";
import { count } from "../format/bytes.js";
import { MOST_TRANSFERS } from "../live/hearing.js";
import { Notice } from "../ui/notice.js";

/** @param {number} number of rows that are known */
function isCut(number) {
  return number >= MOST_TRANSFERS;
}

export function Cut({ number }) {
  if (!isCut(number)) return null;
  return html`
    <${Notice} kind="warn" title=${`This page holds ${count(MOST_TRANSFERS)} transfers at most`}>
      There may be more than are counted and listed here. All are in <a href="/history?state=all">History</a>.
    </${Notice}>
  `;
}
