// What the agent's routes answer, as the console reads it. No other field gets any further.

import { id } from "../../live/fields.js";
import { amount, count, list, matching, nullable, optional, record, text, time } from "../../live/reading.js";

const failure = record({ code: text, message: text });

const estimate = record({
  seconds: nullable(amount),
  low_seconds: nullable(amount),
  high_seconds: nullable(amount),
  success_percent: nullable(amount),
  counted: count,
  basis: text,
});

const step = record({
  sentence: text,
  size_bytes: optional(nullable(count)),
  result: optional(nullable(id)),
  failure: optional(nullable(failure)),
});

export const proposal = record({
  id,
  conversation_id: id,
  owner: text,
  kind: text,
  state: text,
  sentence: text,
  steps: list(step),
  lines: list(record({ label: text, value: text })),
  cautions: list(text),
  strategy: nullable(text),
  estimate: nullable(estimate),
  canonical: text,
  digest: matching(/^[0-9a-f]{64}$/, 64),
  made_at: time,
  expires_at: time,
  decided_at: nullable(time),
  decided_by: nullable(text),
  failure: nullable(failure),
});

export const message = record({
  number: count,
  by: text,
  text,
  at: time,
  looked_at: optional(list(text), []),
  turn_id: optional(nullable(id)),
  proposal_id: optional(nullable(id)),
  trouble: optional(nullable(failure)),
});

export const chat = record({
  id,
  owner: text,
  title: text,
  state: text,
  open_proposal_id: nullable(id),
  messages: count,
  opened_at: time,
  updated_at: time,
});

export const answer = record({
  conversation: chat,
  message,
  proposal: nullable(proposal),
  tokens_left_today: count,
});

export const health = record({ status: text, model: nullable(text), tokens_left_today: count });
