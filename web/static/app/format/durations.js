// Lengths of time, as `fileferry` shows them.

const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]];

/** Two units at most: "2 min 5 s". What is left over is cut off, and nothing is negative. */
export function durationText(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return "";
  const rest = Math.max(0, Math.floor(seconds));
  for (let at = 0; at < UNITS.length - 1; at += 1) {
    const [name, size] = UNITS[at];
    const [smaller, smallSize] = UNITS[at + 1];
    if (rest < size) continue;
    const less = Math.floor((rest % size) / smallSize);
    return `${Math.floor(rest / size)} ${name}${less ? ` ${less} ${smaller}` : ""}`;
  }
  return `${rest} s`;
}

/** Seconds between two times of the service, or null. Never computed from the clock of the page. */
export function secondsBetween(from, until) {
  if (!from || !until) return null;
  return Math.max(0, (Date.parse(until) - Date.parse(from)) / 1000);
}
