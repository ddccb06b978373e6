// Amounts of bytes, as `fileferry` shows them: decimal units, as partners and network people count.

const UNITS = ["B", "kB", "MB", "GB"];

/** @param {number | null} number @returns {string} "1.2 GB"; "" where it is not known */
export function bytesText(number) {
  if (number == null || !Number.isFinite(number)) return "";
  let rest = number;
  for (const unit of UNITS) {
    if (rest < 1_000) return `${fixed(rest, unit === "B" ? 0 : 1)} ${unit}`;
    rest /= 1_000;
  }
  return `${fixed(rest, 2)} TB`;
}

/** @param {number | null} rate bytes a second */
export function rateText(rate) {
  return rate == null ? "" : `${bytesText(rate)}/s`;
}

/** 100 % is shown when all is done, and not when it is nearly done. */
export function percentText(percent, completed) {
  if (percent == null) return "";
  return `${completed ? 100 : Math.min(99, Math.floor(percent))} %`;
}

const grouped = new Intl.NumberFormat("en-US");

/** @returns {string} "1,073,741,824" */
export function count(number) {
  return grouped.format(number);
}

/** "1 file", "2,000 files" */
export function counted(number, thing) {
  return `${count(number)} ${thing}${number === 1 ? "" : "s"}`;
}

/** Halves go to the even digit, as Python rounds. Only a multiple of an eighth can be a half. */
function fixed(number, digits) {
  const scaled = number * 10 ** digits;
  const floor = Math.floor(scaled);
  if (Number.isInteger(number * 8) && scaled - floor === 0.5) {
    return ((floor % 2 === 0 ? floor : floor + 1) / 10 ** digits).toFixed(digits);
  }
  return number.toFixed(digits);
}
