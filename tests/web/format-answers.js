// Formats values, so that tests/unit/web/test_formats.py can compare them with the command's.
//
// stdin: {"bytes": numbers, "durations": numbers, "counts": numbers, "names": texts}. stdout: the
// same with what is shown.

import { readFileSync } from "node:fs";
import { bytesText, counted } from "../../web/static/app/format/bytes.js";
import { durationText } from "../../web/static/app/format/durations.js";
import { escaped } from "../../web/static/app/format/names.js";

const given = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(
  JSON.stringify({
    bytes: given.bytes.map(bytesText),
    durations: given.durations.map(durationText),
    counts: given.counts.map((each) => counted(each, "file")),
    names: given.names.map(escaped),
  }),
);
