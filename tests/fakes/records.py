"""In-memory stores of transfers and destinations."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from runtime.cursors import CURSOR_ADVICE, read_cursor, write_cursor
from services.transfer.adapters.dynamodb_destination_store import DESTINATION_POSITION
from services.transfer.adapters.dynamodb_transfer_store import HISTORY_POSITION
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
from services.transfer.domain.ledger import is_over
from services.transfer.domain.ports import Idempotency, OutboxEvent, Page
from services.transfer.domain.transfer import ENDED, Transfer

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
            raise IdempotencyConflict(idempotency.key)
        return record_id

    def remember(self, idempotency: Idempotency | None, record_id: str, now: datetime) -> None:
        if idempotency is not None:
            self.rows[idempotency.key] = (idempotency.body_hash, record_id, now + KEY_LIFETIME)


class InMemoryTransferStore:
    """`outbox` holds every event ever stored, by transfer; `published` those marked, `claims` who
    may publish which until when."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, Transfer] = {}
        self.outbox: dict[str, list[OutboxEvent]] = {}
        self.published: set[tuple[str, str]] = set()
        self.swept = ""
        self.claims: dict[tuple[str, str], tuple[str, datetime]] = {}
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
            self.outbox[transfer.id] = list(events)
            return transfer

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
            self.outbox[transfer.id].extend(events)
            return self.rows[transfer.id]

    def history(self, owner: str | None, limit: int, cursor: str | None) -> Page[Transfer]:
        mine = {
            f"{row.requested_at.isoformat(timespec='microseconds')}#{row.id}": row
            for row in list(self.rows.values())
            if owner in (None, row.owner)
        }
        newest_first = sorted(mine, reverse=True)
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(f"history/{owner or '*'}", cursor, HISTORY_POSITION, refusal)
            newest_first = [position for position in newest_first if position < after]
        last = len(newest_first) <= limit
        page = newest_first[:limit]
        return Page(
            [mine[position] for position in page],
            None if last else write_cursor(f"history/{owner or '*'}", page[-1]),
        )

    def open_transfers(self, after: str = "") -> Iterator[Transfer]:
        for _, row in sorted(self.rows.items()):
            if row.id > after and (row.status not in ENDED or not row.tidy):
                yield row

    def sweep_position(self) -> str:
        return self.swept

    def save_sweep_position(self, transfer_id: str) -> None:
        self.swept = transfer_id

    def unpublished(self, transfer_id: str) -> Sequence[OutboxEvent]:
        with self.lock:
            return [
                event
                for event in self.outbox.get(transfer_id, [])
                if (transfer_id, event.event_id) not in self.published
            ]

    def claim_event(
        self, transfer_id: str, event_id: str, holder: str, now: datetime, until: datetime
    ) -> bool:
        key = (transfer_id, event_id)
        with self.lock:
            if event_id not in [event.event_id for event in self.unpublished(transfer_id)]:
                return False
            claimed_by, claimed_until = self.claims.get(key, (holder, now))
            if claimed_by != holder and not is_over(claimed_until, now, until):
                return False
            self.claims[key] = (holder, until)
            return True

    def mark_published(self, transfer_id: str, event_id: str) -> None:
        with self.lock:
            if event_id in [event.event_id for event in self.outbox.get(transfer_id, [])]:
                self.published.add((transfer_id, event_id))
                self.claims.pop((transfer_id, event_id), None)

    def give_back_event(self, transfer_id: str, event_id: str) -> None:
        with self.lock:
            self.claims.pop((transfer_id, event_id), None)


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
            if stored is None or stored.version != destination.version:
                raise DestinationChanged(destination.id)
            self.rows[destination.id] = replace(destination, version=destination.version + 1)
            return self.rows[destination.id]

    def delete(self, destination: Destination) -> None:
        with self.lock:
            stored = self.rows.get(destination.id)
            if stored is not None and stored.version != destination.version:
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
