// Plays messages to the live client's own modules, and prints what is shown after each.
//
// stdin: scripts, each a list of steps {"frame": text} or {"view": TransferView}. stdout: for each
// step {"shown": by id, "behind": ids}. tests/unit/web/test_live_figures.py compares it.

import { readFileSync } from "node:fs";
import { Known } from "../../web/static/app/live/known.js";
import { TOO_NEW, readMessage } from "../../web/static/app/live/messages.js";
import { fromLive, fromRest, onward } from "../../web/static/app/live/shown.js";

function played(steps) {
  const known = new Known();
  const shown = new Map();
  return steps.map((step) => {
    for (const each of heard(step, known)) shown.set(each.id, onward(shown.get(each.id), each));
    return { shown: Object.fromEntries(shown), behind: [...known.behind].sort() };
  });
}

function heard({ frame, view }, known) {
  if (view) return [fromRest(view)];
  const message = readMessage(frame);
  if (message === null || message === TOO_NEW) return [];
  return message.transfers || message.changes ? known.hear(message).map(fromLive) : [];
}

const scripts = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(scripts.map(played)));
