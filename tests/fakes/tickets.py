"""Ticketing's stores in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from services.ticketing.domain.case import Case
from services.ticketing.domain.errors import IdempotencyConflict
from services.ticketing.domain.gate import Gate
from services.ticketing.domain.ports import Change
from services.ticketing.domain.ticket import Key, Rank, Ticket
from services.ticketing.domain.user import User


class InMemoryTickets:
    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.tickets: dict[Key, Ticket] = {}
        self.numbers: dict[str, Key] = {}
        self.asked: dict[str, list[Key]] = {}  # by transfer
        self.keys: dict[str, tuple[str, Key]] = {}  # idempotency: body hash and ticket
        self.told: list[OutboxEvent] = []

    def case(self, transfer_id: str) -> Case | None:
        return self.cases.get(transfer_id)

    def of_subject(self, subject: str) -> Sequence[Ticket]:
        found = [ticket for key, ticket in self.tickets.items() if key.subject == subject]
        return sorted(found, key=lambda each: (each.key.kind, each.key.generation))

    def read(self, key: Key) -> Ticket | None:
        return self.tickets.get(key)

    def store(
        self, changes: Sequence[Change], case: tuple[Case, Case | None] | None = None
    ) -> bool:
        if not all(self._is_as_read(change) for change in changes):
            return False
        if case is not None:
            now, before = case
            known = self.cases.get(now.transfer_id)
            if (known.version if known else 0) != (before.version if before else 0):
                return False
            version = before.version + 1 if before else 1
            self.cases[now.transfer_id] = replace(now, version=version)
        for change in changes:
            version = change.before.version + 1 if change.before else 1
            self.tickets[change.now.key] = replace(change.now, version=version)
            if change.now.record:
                self.numbers[change.now.record.number] = change.now.key
            self.told += change.events
        return True

    def due(self, rank: Rank, now: datetime, most: int) -> Sequence[Key]:
        found = [each for each in self._waiting(rank) if _looked_at(each) <= now]
        return [each.key for each in sorted(found, key=_looked_at)[:most]]

    def waiting(self, rank: Rank, most: int) -> Sequence[datetime]:
        found = sorted(self._waiting(rank), key=_looked_at)[:most]
        return [ticket.waiting_since for ticket in found if ticket.waiting_since]

    def by_number(self, number: str) -> Ticket | None:
        key = self.numbers.get(number)
        return self.tickets[key] if key else None

    def requests(self, transfer_id: str) -> Sequence[Ticket]:
        return [self.tickets[key] for key in self.asked.get(transfer_id, [])]

    def request(self, ticket: Ticket, idempotency: Idempotency | None, now: datetime) -> Ticket:
        if idempotency is not None:
            known = self.keys.get(idempotency.key)
            if known and known[0] != idempotency.body_hash:
                raise IdempotencyConflict(idempotency.sent_key)
            if known:
                return self.tickets[known[1]]
            self.keys[idempotency.key] = idempotency.body_hash, ticket.key
        self.store([Change(ticket)])
        if ticket.transfer_id is not None:
            self.asked.setdefault(ticket.transfer_id, []).append(ticket.key)
        return self.tickets[ticket.key]

    def _is_as_read(self, change: Change) -> bool:
        known = self.tickets.get(change.now.key)
        return (known.version if known else 0) == (change.before.version if change.before else 0)

    def _waiting(self, rank: Rank) -> list[Ticket]:
        return [each for each in self.tickets.values() if each.due_at and each.rank is rank]


def _looked_at(ticket: Ticket) -> datetime:
    assert ticket.due_at is not None
    return max(ticket.due_at, ticket.lease.until) if ticket.lease else ticket.due_at


class InMemoryGates:
    def __init__(self) -> None:
        self.gate = Gate()
        self.told: list[OutboxEvent] = []

    def read(self) -> Gate:
        return self.gate

    def store(self, gate: Gate, events: Sequence[OutboxEvent] = ()) -> bool:
        if gate.version != self.gate.version:
            return False
        self.gate = replace(gate, version=gate.version + 1)
        self.told += events
        return True


class InMemoryUsers:
    def __init__(self) -> None:
        self.users: dict[str, User] = {}

    def read(self, name: str) -> User:
        return self.users.get(name, User(name))

    def keep(self, user: User) -> None:
        if user.sequence >= self.read(user.name).sequence:
            self.users[user.name] = user
