// Names of others: keys, paths, labels, what servers say. They may hold any character.
//
// What nobody sees or what turns text around is spelled as <U+202E>, as `fileferry` does. Preact
// escapes HTML. Each name stands in a <bdi>, so that it cannot turn its neighbours around.

const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u180b-\u180f\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|(?! )\p{Zs}/gu;

/** `text` in one line. What does not show is written as <U+200B>. */
export function escaped(text) {
  return String(text ?? "").replace(HIDDEN, (each) => {
    return `<U+${each.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

/** As `escaped`, of a text with line breaks and tabs: they stay. For elements that keep white space. */
export function escapedText(text) {
  const lines = String(text ?? "").replace(/\r\n?/g, "\n").split("\n");
  return lines.map((line) => line.split("\t").map(escaped).join("\t")).join("\n");
}

/** As `escaped`, cut in the middle where it is longer than `most` characters: ends tell files apart. */
export function shortened(text, most) {
  const letters = [...escaped(text)];
  if (letters.length <= most) return letters.join("");
  const end = Math.floor(most * 0.4);
  return `${letters.slice(0, most - end - 1).join("")}…${letters.slice(-end).join("")}`;
}

/** The last part of a key or path: "Q3.csv" of "2026/11/Q3.csv". */
export function lastPart(key) {
  const text = String(key ?? "");
  return text.slice(text.lastIndexOf("/") + 1) || text;
}

/** A transfer's source as one address: "s3://bucket/key". */
export function s3Address(source) {
  return `s3://${source.bucket}/${source.key}`;
}
