// Readers of JSON that others send: each gives a clean value, or throws Malformed.
//
// A record holds only the fields that its reader names. So no stranger's field gets any further.

import { Unreachable } from "../api/problem.js";

export class Malformed extends Error {}

/** @throws {Unreachable} where an answer of the REST API is not what its reader takes */
export function reading(reader, document) {
  try {
    return reader(document);
  } catch (error) {
    if (error instanceof Malformed) throw new Unreachable("the answer is not FileFerry's");
    throw error;
  }
}

/** A field that may be missing. */
export function optional(read, otherwise = null) {
  const reader = (value) => read(value);
  reader.otherwise = otherwise;
  return reader;
}

export function nullable(read) {
  return (value) => (value === null ? null : read(value));
}

export function text(value) {
  return checked(value, typeof value === "string");
}

export function flag(value) {
  return checked(value, typeof value === "boolean");
}

export function count(value) {
  return checked(value, Number.isSafeInteger(value) && value >= 0);
}

/** JSON can write numbers that are larger than all. */
export function amount(value) {
  return checked(value, Number.isFinite(value) && value >= 0);
}

export function time(value) {
  const known = typeof value === "string" && /(Z|[+-]\d\d:\d\d)$/.test(value);
  return checked(value, known && !Number.isNaN(Date.parse(value)));
}

export function matching(pattern, longest) {
  return (value) =>
    checked(value, typeof value === "string" && value.length <= longest && pattern.test(value));
}

export function oneOf(...values) {
  return (value) => checked(value, values.includes(value));
}

export function list(read) {
  return (value) => checked(value, Array.isArray(value)).map(read);
}

export function record(fields) {
  const named = Object.entries(fields);
  return (value) => {
    checkObject(value);
    const clean = {};
    for (const [name, read] of named) {
      if (Object.hasOwn(value, name)) clean[name] = read(value[name]);
      else clean[name] = checked(read.otherwise, read.otherwise !== undefined);
    }
    return clean;
  };
}

/** Only the fields that are there: a missing one has not changed. */
export function patch(fields) {
  const named = Object.entries(fields);
  return (value) => {
    checkObject(value);
    const present = named.filter(([name]) => Object.hasOwn(value, name));
    return Object.fromEntries(present.map(([name, read]) => [name, read(value[name])]));
  };
}

function checkObject(value) {
  checked(value, value !== null && typeof value === "object" && !Array.isArray(value));
}

function checked(value, isRight) {
  if (!isRight) throw new Malformed();
  return value;
}
