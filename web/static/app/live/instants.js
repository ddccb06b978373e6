// Times of the service as numbers. A Date of JavaScript forgets microseconds.

/** Microseconds since 1970 of an RFC 3339 text in UTC; NaN where it is none. */
export function microseconds(text) {
  const fraction = /\.(\d{1,9})/.exec(text)?.[1] ?? "";
  return Math.floor(Date.parse(text) / 1000) * 1e6 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

/** The later one, as text. */
export function later(one, other) {
  return microseconds(other) > microseconds(one) ? other : one;
}
