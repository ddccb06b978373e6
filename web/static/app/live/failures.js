// What a failed call of the REST API means for those who watch.

/** The connection did not come about, or is lost. */
export class StreamFailed extends Error {}

/**
 * @param {any} error as the API client throws it: ApiProblem, SignedOut or Unreachable
 * @returns {{kind: "signed-out" | "refused" | "unreachable", isTold?: boolean, status?: number,
 *   detail?: string, retryMs?: number | null}} `isTold`: the session knows already
 */
export function failureOf(error) {
  if (error?.name === "SignedOut") return { kind: "signed-out", isTold: true };
  if (typeof error?.status !== "number") return { kind: "unreachable" };
  const { status, detail, retryAfterSeconds } = error;
  if (status === 401) return { kind: "signed-out", isTold: false };
  const retryMs = retryAfterSeconds == null ? null : retryAfterSeconds * 1_000;
  return { kind: "refused", status, detail: String(detail ?? `HTTP ${status}`), retryMs };
}
