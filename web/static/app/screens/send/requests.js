// The calls that send objects: one for each, each at most once.

import { ApiProblem, SignedOut } from "../../api/problem.js";
import { lastPart } from "../../format/names.js";
import { targetPaths } from "./targets.js";

const AT_ONCE = 30; // calls without a pause between them
const PAUSE_MS = 800; // between the others: 75 calls a minute, of the 100 that a user has
const LOST_TRIES = 2; // of one object; its key makes a second try safe
const NEVER_ALONE = new Set([
  "destination_not_found",
  "destination_not_granted",
  "host_key_unconfirmed",
  "credential_missing",
  "role_missing",
]);

/** @param {import("./form.js").Form} form @returns {{key: string, body: object}[]} */
export function requestsOf(form) {
  return [...targetPaths(form.keys, form.target)].map(([key, target]) => ({
    key,
    body: {
      source: { bucket: form.bucket, key },
      destination_id: form.destination,
      ...(target === lastPart(key) ? {} : { target_path: target }),
      if_exists: form.if_exists,
      verify: form.verify,
      ...(form.label ? { label: form.label } : {}),
    },
  }));
}

/**
 * Idempotency keys, one for each body that one dialog sends. The same body has the same key, so a
 * second click and a lost answer send nothing twice. A changed body is another wish and has another.
 */
export function createKeys(random = () => crypto.randomUUID()) {
  const known = new Map();
  return (body) => {
    const text = JSON.stringify(body);
    if (!known.has(text)) known.set(text, `console-${random()}`);
    return known.get(text);
  };
}

/**
 * @typedef {object} Outcome
 * @property {string} key
 * @property {"sent" | "refused" | "unknown" | "left"} state "unknown": no answer came, so it may have
 *   been started; "left": it was not tried
 * @property {any} [transfer] of "sent"
 * @property {Error} [error] of "refused" and "unknown", and of what ended all
 */

/**
 * Sends one after the other. It ends early where the others would fare the same: then they are left.
 * @param {{key: string, body: object}[]} requests
 * @param {{post: (body: object, key: string) => Promise<any>, keyOf: (body: object) => string,
 *   onOutcome?: (outcome: Outcome) => void, stopped?: () => boolean,
 *   wait?: (ms: number) => Promise<void>}} parts
 * @returns {Promise<Outcome[]>} in the order of `requests`. Raises SignedOut.
 */
export async function sendAll(requests, { post, keyOf, onOutcome, stopped = () => false, wait = pause }) {
  const outcomes = [];
  let ended = false;
  for (const [at, { key, body }] of requests.entries()) {
    if (at >= AT_ONCE && !ended) await wait(PAUSE_MS);
    ended ||= stopped();
    const outcome = ended ? { key, state: "left" } : await sendOne(key, body, post, keyOf(body));
    ended ||= endsAll(outcome);
    outcomes.push(outcome);
    onOutcome?.(outcome);
  }
  return outcomes;
}

async function sendOne(key, body, post, idempotencyKey) {
  for (let tries = 1; ; tries += 1) {
    try {
      return { key, state: "sent", transfer: await post(body, idempotencyKey) };
    } catch (error) {
      if (error instanceof SignedOut) throw error;
      if (error instanceof ApiProblem && error.status === 429) return { key, state: "left", error };
      if (error instanceof ApiProblem && error.status < 500) return { key, state: "refused", error };
      if (tries >= LOST_TRIES) return { key, state: "unknown", error };
    }
  }
}

function endsAll({ state, error }) {
  return state === "unknown" || state === "left" || NEVER_ALONE.has(error?.code);
}

/** Fields of the form that a refusal (ApiProblem) is about: {field: sentence}. "" is the whole form. */
export function fieldErrors(error) {
  const named = error.errors.filter((each) => each?.field && each.message);
  if (named.length) {
    return Object.fromEntries(named.map((each) => [formField(each.field), String(each.message)]));
  }
  return { [FIELD_OF[error.code] ?? ""]: error.detail };
}

const FIELD_OF = {
  name_invalid: "target",
  path_outside_base: "target",
  object_not_found: "keys",
  object_archived: "keys",
  source_not_granted: "keys",
  source_forbidden: "keys",
  bucket_not_found: "bucket",
  destination_not_found: "destination",
  destination_not_granted: "destination",
  host_key_unconfirmed: "destination",
  credential_missing: "destination",
};

function formField(name) {
  if (name === "source.bucket") return "bucket";
  if (name.startsWith("source")) return "keys";
  return { destination_id: "destination", target_path: "target" }[name] ?? name;
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
