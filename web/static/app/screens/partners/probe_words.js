// What a test of a partner's server found, in words.

import { bytesText } from "../../format/bytes.js";
import { isConfirmed } from "../../transfers/readiness.js";

/** [field of the profile, said where it is so, said where it is not] */
const FINDINGS = [
  ["write_at_offset", "Takes chunks at once, each at its place: several lanes", "Takes a file from its beginning to its end only: one lane"],
  ["reopen", "Goes on with a file after a loss", "Does not go on with a file: after a loss it is sent from its beginning"],
  ["rename", "Gives a file its name when it is whole", "Refuses to rename files"],
  ["atomic_replace", "Replaces a file in one step", "Does not replace a file in one step"],
  ["exclusive", "Never takes the place of another file unasked", "May take the place of another file unasked"],
  ["overwrite", "Lets an existing file be written anew", "Does not let an existing file be written anew"],
  ["read", "Lets us read what it stores", "Does not let us read: content cannot be compared there"],
  ["keeps_content", "Keeps what is written as it is", "Stores other bytes than it is sent: files sent there would be damaged"],
  ["shows_files", "Shows files and their sizes", "Does not show files: their size cannot be compared there"],
  ["tells_missing", "Says when a name is free", "Does not say when a name is free"],
  ["fsync", "Writes to its disk when asked (fsync)", "Has no working fsync: what it acknowledged may not be on its disk"],
  ["remove", "Lets us remove our own temporary files", "Does not let us remove files: what a failed try leaves stays"],
  ["set_times", "Keeps the time of the object", "Does not let us set times: files have the time of their arrival"],
  ["large_writes", "Takes writes as large as it offers", "Refuses writes as large as it offers: smaller ones are sent"],
  ["truncate", "Lets the size of a file be set", "Does not let the size of a file be set"],
  ["keeps_files", "Keeps files after they are closed", "Takes files away as soon as they are closed"],
];

/** @returns {{field: string, good: boolean, text: string}[]} what it cannot do comes first; what was not tried is left out */
export function findings(profile) {
  const all = FINDINGS.filter(([field]) => typeof profile[field] === "boolean").map(([field, yes, no]) => ({ field, good: profile[field], text: profile[field] ? yes : no }));
  return [...all.filter((each) => !each.good), ...all.filter((each) => each.good)];
}

/** @returns {[string, string][]} what was measured and read: name and value, as it came */
export function measures(profile) {
  return [
    ["Software", profile.software],
    ["Cipher", profile.cipher],
    ["Round trip", roundTripText(profile.round_trip_seconds)],
    ["Free space", profile.free_bytes === null ? "the server does not say" : bytesText(profile.free_bytes)],
    ["Login begins in", profile.home ?? "the server does not say"],
    ["Sessions", sessionsText(profile.sessions)],
    ["Writing to its disk (fsync)", fsyncText(profile)],
    ["Checksums there", profile.checksums?.join(", ") || (profile.check_file ? "offered" : "not offered")],
  ];
}

/** How many sessions a test opened at once, and why it stopped there. */
export function sessionsText(found) {
  if (!found) return "nobody counted them";
  const most = found.at_once === 1 ? "1 at once" : `${found.at_once} at once`;
  if (found.refused) {
    const since = found.raised ? `. ${found.raised} more may be opened by now` : "";
    return `${most}; the next one was refused: ${found.refused}${since}`;
  }
  return found.untried ? `${most} at least. ${found.untried}` : `${most} at least: no more were asked for`;
}

function fsyncText({ fsync, fsync_offered: offered }) {
  if (fsync) return "offered, and it works";
  return offered ? "offered, and it fails" : "not offered";
}

function roundTripText(seconds) {
  return seconds >= 0.001 ? `${Math.round(seconds * 1_000)} ms` : "less than 1 ms";
}

/**
 * What a test came to.
 * @param {object} result TestResult
 * @param {boolean} pinned whether a host key was confirmed before
 * @returns {{kind: "done" | "warn" | "bad", title: string, text: string}}
 */
export function outcome(result) {
  if (result.failure?.code === "certificate_untrusted") {
    return { kind: "warn", title: "The server shows a certificate that nobody has confirmed", text: "No public authority vouches for it, and no login was tried. Compare its fingerprint below, then confirm it." };
  }
  if (result.status === "host_key_unconfirmed") {
    return { kind: "warn", title: "The server offers a host key that nobody has confirmed", text: "No login was tried. Compare the key below, then confirm it." };
  }
  if (result.failure?.code === "host_key_changed") {
    return { kind: "bad", title: "The server offers another host key than the confirmed one", text: result.failure.message };
  }
  if (result.failure) {
    const later = result.failure.retryable ? "Trying again may help." : "";
    return { kind: "bad", title: "Files cannot be sent there", text: `${result.failure.message} ${later}`.trim() };
  }
  if (!result.profile) {
    return { kind: "done", title: "The login works", text: "The test made no files, as this partner's settings say, so what else the server can do is not known." };
  }
  return { kind: "done", title: "Files can be sent there", text: [result.strategy, result.planned_proof].filter(Boolean).join(" ") };
}

/** The steps before a partner can be sent to: [{text, done}] */
export function steps(view) {
  const credential = view.has_password || view.has_key;
  return [
    { text: "A password or a key is stored", done: credential },
    { text: proofText(view), done: isConfirmed(view) },
    { text: "A test found out what the server can do", done: view.profile !== null || (!view.probe_writes && credential && isConfirmed(view)) },
  ];
}

function proofText({ protocol, proved_by: by }) {
  if (protocol === "ftp") return "It is accepted that nothing proves the server, and nothing is encrypted";
  if (protocol !== "ftps") return "The host key is confirmed";
  return by === "certificate" ? "The certificate is confirmed" : "A public authority has to vouch for the server";
}
