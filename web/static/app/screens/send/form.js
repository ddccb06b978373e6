// What the Send dialog asks for, and how it stands in the page's address.
//
// The address has one parameter, `send`, that holds the form as a query of its own. So nothing in it
// is taken for a filter of the screen below. Addresses that people write by hand may name the fields
// beside `send=1`. Both are hostile: whatever cannot be right is left out.

const BUCKET = /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MAX_KEY_BYTES = 1_024;
const MAX_TARGET = 4_095; // characters
const MAX_LABEL = 64;
const MAX_ADDRESS = 4_000; // characters; CloudFront takes 8,192 bytes with all that is around

/** Objects that the console sends at once. For more there is the command. */
export const MOST_OBJECTS = 200;
const IF_EXISTS = ["fail", "replace", "keep_both"];
const VERIFY = ["size", "checksum", "reread", "readback"];

/**
 * @typedef {object} Form
 * @property {string} bucket "" where none is chosen
 * @property {string} prefix what is browsed: a folder, and what was typed behind it
 * @property {string[]} keys the chosen objects
 * @property {string} destination its id, or ""
 * @property {string} target as typed; "" is the object's own name
 * @property {string} if_exists
 * @property {string} verify
 * @property {string} label
 */

/** @type {Form} */
export const EMPTY = Object.freeze({
  bucket: "",
  prefix: "",
  keys: Object.freeze([]),
  destination: "",
  target: "",
  if_exists: "fail",
  verify: "checksum",
  label: "",
});

/** @param {URLSearchParams} query of the page @returns {Form} */
export function readForm(query) {
  const text = query.get("send") ?? "";
  const given = text.includes("=") ? new URLSearchParams(text) : text === "1" ? query : null;
  if (!given) return EMPTY;
  const bucket = kept(given.get("bucket"), (each) => BUCKET.test(each));
  const keys = bucket ? [...new Set(given.getAll("key"))].filter(sendable) : [];
  return {
    bucket,
    prefix: bucket ? kept(given.get("prefix") ?? folderOf(keys[0] ?? ""), isPrefix) : "",
    keys: keys.slice(0, MOST_OBJECTS),
    destination: kept(given.get("destination"), (each) => SLUG.test(each)),
    target: kept(given.get("target"), (each) => each.length <= MAX_TARGET),
    if_exists: kept(given.get("if_exists"), (each) => IF_EXISTS.includes(each)) || "fail",
    verify: kept(given.get("verify"), (each) => VERIFY.includes(each)) || "checksum",
    label: kept(given.get("label"), (each) => each.length <= MAX_LABEL),
  };
}

/** @param {Form} form @returns {{text: string, whole: boolean}} `whole`: its objects fit in, too */
export function writeForm(form) {
  const text = written(form, form.keys);
  if (text.length <= MAX_ADDRESS) return { text, whole: true };
  return { text: written(form, []), whole: false };
}

function written(form, keys) {
  const query = new URLSearchParams();
  for (const [name, empty] of Object.entries(EMPTY)) {
    if (name !== "keys" && form[name] !== empty) query.set(name, form[name]);
  }
  for (const key of keys) query.append("key", key);
  return query.toString() || "new";
}

/** The value of `send` for a link to the dialog: `query` has strings by the names of the fields. */
export function sendQuery(query) {
  const filled = Object.entries(query).filter(([, value]) => value != null && value !== "");
  return new URLSearchParams(filled).toString() || "new";
}

/** Whether something would be lost: more than where somebody looks around. */
export function differs(form, first) {
  const said = ({ keys, destination, target, if_exists, verify, label }) =>
    JSON.stringify([keys, destination, target, if_exists, verify, label]);
  return said(form) !== said(first);
}

/** An object that can be sent. A key with a slash at its end is a folder's marker. */
export function sendable(key) {
  const bytes = new TextEncoder().encode(key).length;
  return bytes >= 1 && bytes <= MAX_KEY_BYTES && !key.endsWith("/");
}

/** "2026/11/" of "2026/11/Q3.csv" */
export function folderOf(key) {
  return key.slice(0, key.lastIndexOf("/") + 1);
}

function isPrefix(text) {
  return text.length <= MAX_KEY_BYTES;
}

function kept(text, fits) {
  return text && fits(text) ? text : "";
}
