// A receipt in words: what was proved of the delivery, and what was not.

import { counted, count } from "../../format/bytes.js";

const PROVEN = {
  acknowledged: "The partner's server acknowledged every write. It shows no more.",
  size: "The file at the partner has the right size.",
  sampled: "Ranges of every chunk were read back from the partner, and are equal.",
  readback: "Every byte was read back from the partner after the last one was written, and is equal.",
};
const DELIVERY = {
  atomic: "The name appeared when the file was whole.",
  direct: "The file was written under its name, so it was visible before it was whole.",
};

/** @returns {[string, string][]} what and its words; names in them are not escaped */
export function receiptInWords(receipt) {
  return [
    ...(receipt.statement ? [["In one sentence", receipt.statement]] : []),
    ["At the partner", PROVEN[receipt.proven] ?? "What was seen at the partner was not recorded."],
    ["Source", sourceInWords(receipt)],
    ["Delivery", DELIVERY[receipt.delivery] ?? "How the name appeared was not recorded."],
    ["Verified by", `${receipt.verified}, as was asked for`],
    ["Sent", `${count(receipt.bytes_sent)} bytes in ${counted(receipt.chunks, "chunk")}, ${counted(receipt.attempts, "lease")} of chunks`],
  ];
}

function sourceInWords({ source_checksum: found, source_algorithm: algorithm }) {
  if (found === "matched") return `The bytes sent have S3's own checksum of the object (${algorithm ?? "kind not recorded"}).`;
  if (found === "absent") return "S3 has no checksum of the object that can be compared.";
  return "The bytes sent were not compared with S3's checksum, as was asked for.";
}
