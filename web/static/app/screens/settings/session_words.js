// The user's open sessions, as the account's page tells of them.

import { flag, list, nullable, optional, record, text, time } from "../../live/reading.js";

export const sessions = record({
  sessions: list(record({
    id: text,
    client: text,
    opened_at: time,
    last_seen_at: time,
    expires_at: time,
    handed_to: optional(nullable(text)),
    source_ip: nullable(text),
    current: flag,
  })),
});

const PROGRAMS = { teams: "Microsoft Teams" };
const CLIENTS = { console: "The console", api: "A program" };

export function sessionName({ client, handed_to }) {
  return (handed_to !== null && (PROGRAMS[handed_to] ?? handed_to)) || (CLIENTS[client] ?? client);
}
