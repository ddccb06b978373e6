// Transfers as the queue shows them.

const BEGIN = Date.UTC(2026, 10, 24, 8);

/** A time of the service, `seconds` after the beginning. */
export const iso = (seconds = 0) => new Date(BEGIN + seconds * 1_000).toISOString();
export const at = (seconds = 0) => new Date(BEGIN + seconds * 1_000);

export function shown(id, fields = {}) {
  return Object.freeze({
    id,
    status: "moving",
    run: 1,
    owner: "jane.doe",
    label: null,
    source: { bucket: "exports", key: `2026/${id}.csv`, version_id: null },
    destination: { id: "acme", name: "ACME Bank" },
    target_path: `inbox/${id}.csv`,
    size_bytes: 1_000,
    bytes_done: 100,
    percent: 10,
    rate_bytes_per_second: 50,
    eta_text: "18 s",
    lanes: 1,
    failure: null,
    requested_at: iso(),
    started_at: iso(1),
    finished_at: null,
    seen_at: iso(2),
    ...fields,
  });
}

export function failure(code, more = {}) {
  const tries = { attempt: null, attempts: null, next_try_at: null };
  return { code, message: `Because of ${code}.`, retryable: true, ...tries, ...more };
}
