// What the dialog says in words: choices, whether a partner can be sent to, what will happen.
//
// A sentence is a list of texts and names: ["It goes to ", {name: "ACME"}]. Names are shown escaped.

import { bytesText, counted } from "../../format/bytes.js";
import { escaped, lastPart, s3Address } from "../../format/names.js";
import { readiness } from "../../transfers/readiness.js";
import { commonFolder, hasFolder, targetPaths, wholePath } from "./targets.js";

/** [value, text, hint] */
export const IF_EXISTS_WORDS = [
  ["fail", "Do not send it", "The transfer fails, and the file there stays as it is."],
  ["replace", "Replace the file there", "The old content is gone once the new file is whole."],
  ["keep_both", "Keep both", "The new file gets a number: “report (1).csv”."],
];

export const VERIFY_WORDS = [
  ["checksum", "Checksum and samples", "The bytes are compared with S3's checksum, and samples of every chunk are read back from the partner."],
  ["size", "Size only", "The partner acknowledged every write, and the size is right. Nothing is compared with S3."],
  ["reread", "Read twice from S3", "As “Checksum and samples”, and every byte is read twice from S3. For objects of which S3 has no checksum."],
  ["readback", "Read back whole", "As “Checksum and samples”, and every byte is read back from the partner. Takes about twice as long."],
];

const PROOF = {
  size: "The size is compared, and nothing else.",
  checksum: "It is compared with S3's checksum where S3 has one; every chunk is sampled.",
  reread: "Every byte is read twice from S3 and compared, also with S3's checksum where there is one; every chunk is sampled.",
  readback: "It is compared with S3's checksum where S3 has one, and every byte is read back from the partner.",
};

/** What a press of the button does, as sentences. Call it when there is something to send. */
export function whatWillHappen({ form, destination, sum }) {
  const targets = targetPaths(form.keys, form.target);
  const said = form.keys.length === 1 ? oneGoes(form, destination, targets, sum) : manyGo(form, destination, sum);
  said.push([taken(form, targets)]);
  if (destination.delivery === "direct") {
    said.push(["The partner can see the file while it is incomplete, because the delivery is “direct”."]);
  }
  said.push([PROOF[form.verify]]);
  if (destination.profile && !destination.profile.read && form.verify !== "size") {
    said.push(["The partner's server does not let us read, so the content cannot be compared there."]);
  }
  if ([...targets.values()].some(hasFolder) && !destination.create_folders) {
    said.push(["Folders that are missing there are not made: a transfer into one fails."]);
  }
  return said;
}

function oneGoes(form, destination, targets, sum) {
  const [key] = form.keys;
  const size = sum.whole ? ` (${bytesText(sum.bytes)})` : "";
  const path = wholePath(destination.base_path, targets.get(key));
  return [[{ name: s3Address({ bucket: form.bucket, key }) }, `${size} goes to `, { name: destination.name }, " as ", { name: path }, "."]];
}

function manyGo(form, destination, sum) {
  const folder = wholePath(destination.base_path, form.target.replace(/^\/+/, "").replace(/([^/])$/, "$1/"));
  const amount = sum.whole ? bytesText(sum.bytes) : sum.bytes ? `more than ${bytesText(sum.bytes)}` : "size not known";
  const common = commonFolder(form.keys);
  const below = form.keys.some((key) => key.slice(common.length) !== lastPart(key));
  const told = [[
    `Sends ${counted(form.keys.length, "object")} (${amount}), ${counted(form.keys.length, "transfer")}, to `,
    { name: destination.name },
    ...(folder ? [" into ", { name: folder }] : [" into the folder where the login begins"]),
    below ? ", with the folders that they are in" : "",
    ".",
  ]];
  if (form.keys.length > 30) {
    told.push(["Requests are made one after the other, for more than 30 about one a second: keep this page open."]);
  }
  return told;
}

function taken(form, targets) {
  const one = targets.size === 1;
  const there = one ? "If there is a file with that name already" : "Where there is a file with the same name already";
  return {
    fail: `${there}, the transfer fails and that file stays as it is.`,
    replace: `${there}, it is replaced.`,
    keep_both: `${there}, both are kept: the new one gets a number.`,
  }[form.if_exists];
}

/**
 * The command that sends all below a folder. jq quotes the keys, so that no key becomes a command.
 * A folder with characters that do not show stands in no command that is pasted.
 */
export function commandFor(bucket, folder, destination) {
  const below = escaped(folder) === folder ? folder : "";
  const place = `'${`s3://${bucket}/${below}`.replaceAll("'", "'\\''")}'`;
  const send = `@sh "fileferry send \\("s3://${bucket}/" + .) ${destination || "DEST"}"`;
  return `fileferry ls ${place} --recursive --json | jq -r '.files[].key | ${send}' | sh`;
}

/** What is still missing before something can be sent, as a sentence; "" where nothing is. */
export function missing({ form, destination, destinations, sizes, me }) {
  if (!form.bucket) return "Choose a bucket.";
  if (form.keys.length === 0) return "Choose what to send.";
  if (form.keys.length === 1 && sizes.get(form.keys[0]) === null) return "There is no such object now: choose another one.";
  if (!form.destination) return "Choose a partner.";
  if (!destination) return destinations.value ? "There is no such partner that you may see: choose another one." : "The partners are being loaded.";
  return readiness(destination, me).can ? "" : "Nothing can be sent to this partner yet.";
}
