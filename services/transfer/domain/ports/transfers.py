"""The store of transfers."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import Page
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_query import TransferQuery


class TransferStore(Protocol):
    """A state change and its events (see kernel.outbox) are one transaction."""

    def create(
        self, transfer: Transfer, events: Sequence[OutboxEvent], idempotency: Idempotency | None
    ) -> Transfer:
        """The stored transfer. When key and body are repeated, it is the earlier transfer as it is
        now. Raises IdempotencyConflict for the same key with another body, StaleTransfer when the
        id is taken.
        """
        ...

    def requested_before(self, idempotency: Idempotency, now: datetime) -> Transfer | None:
        """The transfer that an earlier request with this key and body got, as it is now. Raises
        IdempotencyConflict for the same key with another body."""
        ...

    def read(self, transfer_id: str) -> Transfer:
        """Strongly consistent. Raises TransferNotFound."""
        ...

    def save(self, transfer: Transfer, events: Sequence[OutboxEvent] = ()) -> Transfer:
        """The transfer as it is stored. The version grows by 1 for each event, so that every event
        has a version of its own. Without events it grows by 1. Raises StaleTransfer when
        `transfer.version` is not the stored one.
        """
        ...

    def history(self, query: TransferQuery, limit: int, cursor: str | None) -> Page[Transfer]:
        """A page may hold fewer than `limit`, or nothing, and still have a cursor: so much is read
        at once, and no more. Eventually consistent. Raises FieldInvalid for a cursor that is not of
        this query."""
        ...

    def timeline(self, transfer_id: str, limit: int, cursor: str | None) -> Page[OutboxEvent]:
        """The transfer's stored events, the newest first, published or not. A page may hold fewer
        than `limit` and still have a cursor. Strongly consistent. Raises FieldInvalid for a cursor
        that is not of this transfer."""
        ...

    def open_transfers(self, after: str = "") -> Iterator[Transfer]:
        """Every transfer that still needs work, in order of id, beginning behind `after`. These
        are all that have not ended, and those that have ended and are not tidy. They are read page
        by page, and eventually consistent.
        """
        ...

    def sweep_position(self) -> str:
        """The last id that was saved, or ''."""
        ...

    def save_sweep_position(self, transfer_id: str) -> None: ...
