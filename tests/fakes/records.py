"""In-memory stores of transfers and destinations."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.transfer.adapters.dynamodb_destination_store import DESTINATION_POSITION
from services.transfer.adapters.dynamodb_transfer_lists import POSITION, ROWS_READ
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    DestinationChanged,
    DestinationExists,
    DestinationNotFound,
    FieldInvalid,
    IdempotencyConflict,
    StaleTransfer,
    TransferNotFound,
)
from services.transfer.domain.status import ENDED
from services.transfer.domain.timeline import FACT_ID
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_query import TransferQuery
from tests.fakes.outbox import InMemoryOutbox

KEY_LIFETIME = timedelta(days=7)


@dataclass
class _RememberedKeys:
    """Idempotency keys with the body and the record they stand for."""

    rows: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)

    def earlier(self, idempotency: Idempotency | None, now: datetime) -> str | None:
        if idempotency is None or idempotency.key not in self.rows:
            return None
        body_hash, record_id, expires_at = self.rows[idempotency.key]
        if expires_at <= now:
            return None
        if body_hash != idempotency.body_hash:
            raise IdempotencyConflict(idempotency.sent_key)
        return record_id

    def remember(self, idempotency: Idempotency | None, record_id: str, now: datetime) -> None:
        if idempotency is not None:
            self.rows[idempotency.key] = (idempotency.body_hash, record_id, now + KEY_LIFETIME)


class InMemoryTransferStore:
    def __init__(self, rows_read: int = ROWS_READ) -> None:
        self.rows_read = rows_read
        self.lock = threading.RLock()
        self.rows: dict[str, Transfer] = {}
        self.outbox = InMemoryOutbox()
        self.swept = ""
        self._keys = _RememberedKeys()

    def create(
        self, transfer: Transfer, events: Sequence[OutboxEvent], idempotency: Idempotency | None
    ) -> Transfer:
        with self.lock:
            earlier = self._keys.earlier(idempotency, transfer.requested_at)
            if earlier is not None:
                return self.read(earlier)
            if transfer.id in self.rows:
                raise StaleTransfer(transfer.id)
            self._keys.remember(idempotency, transfer.id, transfer.requested_at)
            self.rows[transfer.id] = transfer
            self.outbox.store(transfer.id, events)
            return transfer

    def requested_before(self, idempotency: Idempotency, now: datetime) -> Transfer | None:
        with self.lock:
            earlier = self._keys.earlier(idempotency, now)
            return self.read(earlier) if earlier is not None else None

    def read(self, transfer_id: str) -> Transfer:
        try:
            return self.rows[transfer_id]
        except KeyError:
            raise TransferNotFound(transfer_id) from None

    def save(self, transfer: Transfer, events: Sequence[OutboxEvent] = ()) -> Transfer:
        with self.lock:
            stored = self.rows.get(transfer.id)
            if stored is None or stored.version != transfer.version:
                raise StaleTransfer(transfer.id)
            version = transfer.version + max(1, len(events))
            self.rows[transfer.id] = replace(transfer, version=version)
            self.outbox.store(transfer.id, events)
            return self.rows[transfer.id]

    def history(self, query: TransferQuery, limit: int, cursor: str | None) -> Page[Transfer]:
        ordered = sorted(
            (f"{row.requested_at.isoformat(timespec='microseconds')}#{row.id}", row)
            for row in list(self.rows.values())
        )
        if query.newest_first:
            ordered.reverse()
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query.name, cursor, POSITION, refusal)
            ordered = [
                (at, row)
                for at, row in ordered
                if (at < after if query.newest_first else at > after)
            ]
        found: list[Transfer] = []
        position = ""
        for number, (at, row) in enumerate(ordered):
            held = query.holds(row)
            if number == self.rows_read or (held and len(found) == limit):
                return Page(found, write_cursor(query.name, position))
            found += [row] if held else []
            position = at
        return Page(found, None)

    def timeline(self, transfer_id: str, limit: int, cursor: str | None) -> Page[OutboxEvent]:
        query = f"timeline of {transfer_id}"
        told = self.outbox.rows.get(transfer_id, [])
        facts = sorted(
            (each for each in told if FACT_ID.fullmatch(each.event_id)),
            key=lambda each: each.event_id,
            reverse=True,
        )
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, FACT_ID, refusal)
            facts = [each for each in facts if each.event_id < after]
        page = facts[:limit]
        more = len(facts) > limit
        return Page(page, write_cursor(query, page[-1].event_id) if more else None)

    def open_transfers(self, after: str = "") -> Iterator[Transfer]:
        for _, row in sorted(self.rows.items()):
            if row.id > after and (row.status not in ENDED or not row.tidy):
                yield row

    def sweep_position(self) -> str:
        return self.swept

    def save_sweep_position(self, transfer_id: str) -> None:
        self.swept = transfer_id


class InMemoryDestinationStore:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, Destination] = {}
        self._keys = _RememberedKeys()

    def create(self, destination: Destination, idempotency: Idempotency | None) -> Destination:
        with self.lock:
            earlier = self._keys.earlier(idempotency, destination.created_at)
            if earlier is not None:
                return self.read(earlier)
            if destination.id in self.rows:
                raise DestinationExists(destination.id)
            self._keys.remember(idempotency, destination.id, destination.created_at)
            self.rows[destination.id] = destination
            return destination

    def read(self, destination_id: str) -> Destination:
        try:
            return self.rows[destination_id]
        except KeyError:
            raise DestinationNotFound(destination_id) from None

    def save(self, destination: Destination) -> Destination:
        with self.lock:
            stored = self.rows.get(destination.id)
            if stored is None or not _same(stored, destination):
                raise DestinationChanged(destination.id)
            self.rows[destination.id] = replace(destination, version=destination.version + 1)
            return self.rows[destination.id]

    def delete(self, destination: Destination) -> None:
        with self.lock:
            stored = self.rows.get(destination.id)
            if stored is not None and not _same(stored, destination):
                raise DestinationChanged(destination.id)
            self.rows.pop(destination.id, None)

    def page(
        self, limit: int, cursor: str | None, only: frozenset[str] | None = None
    ) -> Page[Destination]:
        after = ""
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor("destinations", cursor, DESTINATION_POSITION, refusal)
        known = list(self.rows) if only is None else only & self.rows.keys()
        ids = sorted(row for row in known if row > after)
        page = ids[:limit]
        return Page(
            [self.rows[row] for row in page],
            None if len(ids) <= limit else write_cursor("destinations", page[-1]),
        )


def _same(stored: Destination, seen: Destination) -> bool:
    return (stored.version, stored.created_at) == (seen.version, seen.created_at)
