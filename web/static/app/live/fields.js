// Which fields transfers have, in messages of the WebSocket and in answers of the REST API.

import {
  amount,
  count,
  flag,
  list,
  matching,
  nullable,
  oneOf,
  optional,
  patch,
  record,
  text,
  time,
} from "./reading.js";

const LIVE = ["requested", "moving", "paused", "verifying", "committing"];
const ENDS = ["completed", "failed", "cancelled"];
const LONGEST_RUNS = 4_000;

export const id = matching(/^[A-Za-z0-9._:-]+$/, 128);
const run = (value) => (value === 0 ? count(-1) : count(value));
const percent = (value) => amount(value <= 100 ? value : -1);
const runs = matching(/^([1-9][0-9]{0,9}[dmw])+$/, LONGEST_RUNS);
const failure = record({
  code: text,
  message: text,
  retryable: flag,
  attempt: optional(nullable(count)),
  attempts: optional(nullable(count)),
  next_try_at: optional(nullable(time)),
});
const files = record({ total: count, done: count, failed: count, skipped: count });
const receipt = record({
  target_path: text,
  bytes_sent: count,
  crc64nvme: text,
  verified: text,
  proven: optional(nullable(text)),
  delivery: optional(nullable(text)),
  source_checksum: text,
  source_algorithm: optional(nullable(text)),
  host_key_fingerprint: text,
  chunks: count,
  attempts: count,
  started_at: time,
  finished_at: time,
  left_behind: optional(list(text), []),
  statement: optional(nullable(text)),
  source_compared: optional(nullable(text)),
  durable: optional(nullable(flag)),
  size_seen: optional(nullable(flag)),
  read_back_bytes: optional(nullable(count)),
  files: optional(nullable(files)),
  files_digest: optional(nullable(text)),
  partner_checksum: optional(nullable(record({ algorithm: text, value: text }))),
});
const source = record({
  bucket: text,
  key: text,
  version_id: optional(nullable(text)),
  kind: optional(nullable(text)),
});
const chunks = record({ total: count, done: count, proven: optional(count, 0) });

const position = { transfer_id: id, epoch: matching(/^[0-9a-f]+$/, 32), seq: count };
const changing = {
  status: oneOf(...LIVE, ...ENDS),
  run,
  size_bytes: nullable(count),
  bytes_done: count,
  percent: nullable(percent),
  rate_bytes_per_second: nullable(amount),
  eta: nullable(
    record({
      low_seconds: optional(nullable(amount)),
      high_seconds: optional(nullable(amount)),
      text,
    }),
  ),
  chunks,
  chunk_runs: optional(nullable(runs)),
  files: optional(nullable(files)),
  lanes: count,
  failure: nullable(failure),
  receipt: optional(nullable(receipt)),
  started_at: nullable(time),
  finished_at: nullable(time),
  seen_at: time,
};

/** A whole transfer of a snapshot. */
export const liveTransfer = record({
  ...position,
  ...changing,
  owner: text,
  label: nullable(text),
  source,
  destination: record({ id: text, name: text, host: text, protocol: text }),
  target_path: text,
  requested_at: time,
});

/** A change of a delta. It leads forward. */
export const liveChange = (value) => {
  const change = anyChange(value);
  return change.base < change.seq ? change : anyChange(null);
};
const anyChange = record({
  ...position,
  base: count,
  set: patch(changing),
  chunk_changes: optional(nullable(list(record({ first: count, runs })))),
});

const summary = {
  id,
  status: oneOf(...LIVE, ...ENDS, "failing", "cancelling"),
  owner: text,
  label: nullable(text),
  source,
  destination_id: text,
  target_path: text,
  final_path: nullable(text),
  size_bytes: nullable(count),
  run,
  requested_at: time,
  updated_at: time,
  started_at: nullable(time),
  finished_at: nullable(time),
  failure: nullable(failure),
  receipt: nullable(receipt),
};

/** TransferSummary of the REST API: a row of a list. */
export const transferSummary = record(summary);

/** TransferView of the REST API: the full state. */
export const transferView = record({
  ...summary,
  bytes_done: count,
  percent: nullable(percent),
  rate_bytes_per_second: nullable(amount),
  eta_seconds: nullable(amount),
  chunks,
  files: optional(nullable(files)),
  lanes: list(record({ state: text })),
});
