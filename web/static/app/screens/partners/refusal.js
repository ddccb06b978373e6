// What a refused change of a partner says, beside its field where it names one.

import { ApiProblem } from "../../api/problem.js";

const FIELD_OF = {
  destination_exists: "id",
  host_not_resolved: "host",
  address_forbidden: "host",
};

/** {field: sentence}. "" is the form as a whole. "host_keys.0" belongs to the field host_keys. */
export function wrongOf(error) {
  if (!(error instanceof ApiProblem)) return {};
  const wrong = {};
  for (const each of error.errors) {
    const name = String(each?.field ?? "").split(".")[0];
    const field = name === "body" ? "credential" : name;
    wrong[field] ??= String(each?.message);
  }
  if (Object.keys(wrong).length) return wrong;
  const [, named] = /^([a-z_]+): /.exec(error.detail) ?? [];
  const field = FIELD_OF[error.code] ?? (error.code === "field_invalid" ? named : null);
  return field ? { [field]: error.detail } : {};
}

/** Somebody changed the partner since it was read: 412 by If-Match, 409 in the same moment. */
export function isStale(error) {
  return error instanceof ApiProblem && ["version_mismatch", "destination_changed"].includes(error.code);
}
