// Fingerprints of host keys, so that people can compare them.

const GROUP = 4; // letters

/** "ssh-ed25519" of a line as in known_hosts */
export function algorithm(line) {
  return String(line).split(" ", 1)[0];
}

/** Whether the line pins what a TLS server shows. */
export function isCertificate(line) {
  return String(line).startsWith("tls-");
}

/** ["SHA256", ["nGwv", "xMc9", …]] */
export function grouped(fingerprint) {
  const text = String(fingerprint);
  const colon = text.indexOf(":");
  const digest = text.slice(colon + 1);
  const groups = [];
  for (let at = 0; at < digest.length; at += GROUP) groups.push(digest.slice(at, at + GROUP));
  return [colon < 0 ? "" : text.slice(0, colon), groups];
}

/**
 * Two fingerprints group by group: [{old, new, same}]. Where one is longer the other has "".
 * Letters count as they are: a digest in base64 has large and small ones.
 */
export function compared(old, offered) {
  const [oldKind, before] = grouped(old);
  const [newKind, after] = grouped(offered);
  const length = Math.max(before.length, after.length);
  const groups = Array.from({ length }, (_, at) => {
    const pair = { old: before[at] ?? "", new: after[at] ?? "" };
    return { ...pair, same: pair.old === pair.new };
  });
  return { oldKind, newKind, groups, differing: groups.filter((each) => !each.same).length };
}

/** The pinned key that the offered one takes the place of: of the same algorithm, if there is one. */
export function counterpart(pinned, offered) {
  return pinned.find((each) => algorithm(each.key) === algorithm(offered.key)) ?? pinned[0] ?? null;
}

/**
 * Whether somebody typed what the partner told them of an offered key: its fingerprint, in which
 * blanks do not count, or the key itself as a line of known_hosts or of a .pub file.
 */
export function saysTheSame(typed, { fingerprint, key }) {
  const blob = String(key).split(" ")[1];
  if (blob && typed.trim().split(/\s+/).includes(blob)) return true;
  if (sameDigits(typed, fingerprint)) return true;
  const bare = (text) => text.replace(/\s/g, "").replace(/^SHA256:/i, "").replace(/=+$/, "");
  return bare(typed) !== "" && bare(typed) === bare(fingerprint);
}

/** Fingerprints of certificates are digits, often with colons: "sha256 Fingerprint=AB:CD:…". */
function sameDigits(typed, fingerprint) {
  const digits = (text) => text.replace(/^.*=/s, "").replace(/^\s*sha-?256:/i, "").replace(/[\s:]/g, "").toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits(typed)) && digits(typed) === digits(fingerprint);
}
