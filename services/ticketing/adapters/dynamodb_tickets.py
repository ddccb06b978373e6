"""Tickets in DynamoDB: cases and tickets of a transfer in one partition."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from botocore.client import BaseClient

from kernel.idempotency import Idempotency
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import Item, epoch_seconds, from_item, instant, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import ANYWAY, Action, Table, put, row_key
from services.ticketing.domain.case import Case
from services.ticketing.domain.errors import CaseBusy, IdempotencyConflict
from services.ticketing.domain.ports import Change
from services.ticketing.domain.ticket import Key, Rank, Ticket

CASE, TICKET, REQUEST, NUMBER = "CASE", "TICKET#", "REQUEST#", "NUMBER"
KEPT = timedelta(days=400)  # after the last write; a paused transfer may be older than it looks
DUE_INDEX = "due"
KIND = "ticket"  # of idempotency keys
UNCHANGED = "attribute_exists(#pk) AND #version = :version"
NEW = "attribute_not_exists(#pk)"


class DynamoDbTickets:
    def __init__(self, client: BaseClient, table: str, now: Callable[[], datetime]) -> None:
        self._table, self._now = Table(client, table), now

    def case(self, transfer_id: str) -> Case | None:
        row = self._table.read(row_key(f"T#{transfer_id}", CASE))
        return from_item(Case, row) if row else None

    def of_subject(self, subject: str) -> Sequence[Ticket]:
        return [from_item(Ticket, row) for row in self._table.rows_under(subject, TICKET)]

    def read(self, key: Key) -> Ticket | None:
        row = self._table.read(_row_key(key))
        return from_item(Ticket, row) if row else None

    def store(
        self, changes: Sequence[Change], case: tuple[Case, Case | None] | None = None
    ) -> bool:
        actions = [action for change in changes for action in self._stored(change)]
        if case is not None:
            row = row_key(f"T#{case[0].transfer_id}", CASE)
            actions.append(self._put(row, case[0], case[1]))
        subject = case[0].transfer_id if case else changes[0].now.key.subject
        return not self._table.write(actions, busy=CaseBusy(subject))

    def due(self, rank: Rank, now: datetime, most: int) -> Sequence[Key]:
        values: dict[str, object] = {"gsi1pk": f"DUE#{rank}", "until": instant(now)}
        condition = "#gsi1pk = :gsi1pk AND #gsi1sk <= :until"
        return [from_item(Ticket, row).key for row in self._indexed(condition, values, most)]

    def waiting(self, rank: Rank, most: int) -> Sequence[datetime]:
        values: dict[str, object] = {"gsi1pk": f"DUE#{rank}"}
        found = [from_item(Ticket, row) for row in self._indexed("#gsi1pk = :gsi1pk", values, most)]
        return [ticket.waiting_since for ticket in found if ticket.waiting_since]

    def by_number(self, number: str) -> Ticket | None:
        row = self._table.read(row_key(f"N#{number}", NUMBER))
        return self.read(from_item(Key, row["key"]["M"])) if row else None

    def requests(self, transfer_id: str) -> Sequence[Ticket]:
        rows = self._table.rows_under(f"T#{transfer_id}", REQUEST)
        found = [self.read(from_item(Key, row["key"]["M"])) for row in rows]
        return [ticket for ticket in found if ticket is not None]

    def request(self, ticket: Ticket, idempotency: Idempotency | None, now: datetime) -> Ticket:
        actions = list(self._stored(Change(ticket)))
        if ticket.transfer_id is not None:
            row = row_key(f"T#{ticket.transfer_id}", f"{REQUEST}{ticket.key.subject}")
            actions.append(put(row | self._named(ticket.key), NEW))
        if idempotency is not None:
            actions.append(remember(KIND, idempotency, ticket.key.subject, now))
        if not self._table.write(actions, busy=CaseBusy(ticket.key.subject)):
            return Ticket(**{**vars(ticket), "version": ticket.version + 1})
        if idempotency is None:
            raise CaseBusy(ticket.key.subject)
        conflict = IdempotencyConflict(idempotency.sent_key)
        subject = first_record(self._table, KIND, idempotency, conflict, now)
        known = self.read(Key(subject, ticket.key.kind)) if subject else None
        if known is None:
            raise CaseBusy(ticket.key.subject)
        return known

    def _indexed(self, condition: str, values: dict[str, object], most: int) -> Iterator[Item]:
        rows = self._table.rows(condition, values, IndexName=DUE_INDEX, Limit=most)
        for _, row in zip(range(most), rows, strict=False):
            yield row

    def _stored(self, change: Change) -> Iterator[Action]:
        now, before = change.now, change.before
        yield self._put(_row_key(now.key) | _due(now), now, before)
        if now.record and (before is None or before.record != now.record):
            row = row_key(f"N#{now.record.number}", NUMBER) | self._named(now.key)
            yield put(row, ANYWAY)
        version = now.version + 1
        yield from outbox_rows(now.key.subject, version, change.events, self._now())

    def _put(self, row: Item, now: Case | Ticket, before: Case | Ticket | None) -> Action:
        version = before.version if before else 0
        item = row | to_item(now) | {"version": to_attribute(version + 1)} | self._expiry()
        return put(item, UNCHANGED, version=version) if before else put(item, NEW)

    def _named(self, key: Key) -> Item:
        return {"key": to_attribute(key)} | self._expiry()

    def _expiry(self) -> Item:
        return expiry(self._now())


def case_row(case: Case, now: datetime) -> Item:
    """As it is, with its version."""
    return row_key(f"T#{case.transfer_id}", CASE) | to_item(case) | expiry(now)


def ticket_row(ticket: Ticket, now: datetime) -> Item:
    """As it is, with its version."""
    return _row_key(ticket.key) | _due(ticket) | to_item(ticket) | expiry(now)


def leading_rows(ticket: Ticket, now: datetime) -> Sequence[Action]:
    """Those by which it is found: its number, and for a request the transfer that it is about."""
    named, found = {"key": to_attribute(ticket.key)} | expiry(now), []
    if ticket.record is not None:
        found.append(put(row_key(f"N#{ticket.record.number}", NUMBER) | named, ANYWAY))
    if ticket.transfer_id is not None and ticket.key.subject != f"T#{ticket.transfer_id}":
        place = row_key(f"T#{ticket.transfer_id}", f"{REQUEST}{ticket.key.subject}")
        found.append(put(place | named, ANYWAY))
    return found


def expiry(now: datetime) -> Item:
    return {"expires_at": to_attribute(epoch_seconds(now + KEPT))}


def _row_key(key: Key) -> Item:
    return row_key(key.subject, f"{TICKET}{key.kind}#{key.generation:04d}")


def _due(ticket: Ticket) -> Item:
    """Nobody looks at it before its lease ends."""
    if ticket.due_at is None:
        return {}
    at = max(ticket.due_at, ticket.lease.until) if ticket.lease else ticket.due_at
    return {
        "gsi1pk": to_attribute(f"DUE#{ticket.rank}"),
        "gsi1sk": to_attribute(instant(at)),
    }
