// Commands that do what the console does, quoted for bash and zsh.
//
// Names are hostile: what does not show, or what would turn the line around, is written as its
// bytes, so that what is read is what is run.

import { escaped } from "../../format/names.js";

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;
const SPECIAL = "\\'!"; // they would end the word, or call up an old command
const bytes = new TextEncoder();

/** @returns {string | null} one word of a command line; null for what no argument can hold */
export function quoted(text) {
  if (/[\0\p{Cs}]/u.test(text)) return null; // arguments end at NUL, and half characters have no bytes
  if (PLAIN.test(text)) return text;
  if (escaped(text) !== text) return `$'${[...text].map(spelled).join("")}'`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function spelled(character) {
  const isShown = escaped(character) === character;
  if (isShown && !SPECIAL.includes(character)) return character;
  return Array.from(bytes.encode(character), (each) => `\\${each.toString(8).padStart(3, "0")}`).join("");
}

/**
 * `fileferry send ...` for another transfer like this one.
 *
 * @param {object} view TransferView
 * @returns {string | null} null where a name cannot stand in a command line
 */
export function sendCommand(view) {
  const { source } = view;
  const words = [
    `s3://${source.bucket}/${source.key}`,
    `${view.destination_id}:${view.target_path}`,
    `--if-exists=${view.if_exists}`,
    `--verify=${view.verify}`,
    source.version_id && `--version-id=${source.version_id}`,
    view.label && `--label=${view.label}`,
  ];
  const written = words.filter(Boolean).map(quoted);
  return written.includes(null) ? null : ["fileferry send", ...written].join(" ");
}

/** @returns {string | null} */
export function watchCommand(id) {
  const word = quoted(id);
  return word && `fileferry watch ${word}`;
}
