"""Transfers in DynamoDB. A state change and its events are one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from botocore.client import BaseClient

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import Page
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Action, Table, put, row_key
from services.transfer.adapters import dynamodb_transfer_timeline as timeline
from services.transfer.adapters.dynamodb_transfer_lists import ROWS_READ, index_keys, read_page
from services.transfer.domain.errors import (
    IdempotencyConflict,
    StaleTransfer,
    TransferNotFound,
)
from services.transfer.domain.status import ENDED
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_query import TransferQuery

MAX_ID_CHARACTERS = 128  # DynamoDB refuses keys that are much longer
SWEEP = row_key("SWEEP", "POSITION")
RECORDS = "T#"  # the partitions of transfers begin with this
FORGOTTEN_AFTER = timedelta(days=7)  # of the synthetic user's, which come every few minutes


def partition_of(transfer_id: str) -> str:
    return f"{RECORDS}{transfer_id}"


def transfer_key(transfer_id: str) -> Item:
    return row_key(partition_of(transfer_id), "TRANSFER")


class DynamoDbTransferStore:
    def __init__(
        self,
        client: BaseClient,
        table: str,
        rows_read: int = ROWS_READ,
        forgets: str | None = None,
    ) -> None:
        """`rows_read`: for one page of a list. Transfers of the user `forgets` expire."""
        self._table = Table(client, table)
        self._rows_read, self._forgets = rows_read, forgets

    def create(
        self, transfer: Transfer, events: Sequence[OutboxEvent], idempotency: Idempotency | None
    ) -> Transfer:
        actions = [
            put(self._row(transfer), "attribute_not_exists(#pk)"),
            *self._facts(transfer, transfer.version, events),
        ]
        if idempotency is not None:
            now = transfer.requested_at
            actions.append(remember("TRANSFER", idempotency, transfer.id, now))
        refused = self._table.write(actions, busy=StaleTransfer(transfer.id))
        if not refused:
            return transfer
        if idempotency is not None and len(actions) - 1 in refused:
            earlier = self.requested_before(idempotency, transfer.requested_at)
            if earlier is not None:
                return earlier
        raise StaleTransfer(transfer.id)

    def requested_before(self, idempotency: Idempotency, now: datetime) -> Transfer | None:
        conflict = IdempotencyConflict(idempotency.sent_key)
        earlier = first_record(self._table, "TRANSFER", idempotency, conflict, now)
        return self.read(earlier) if earlier is not None else None

    def read(self, transfer_id: str) -> Transfer:
        known = len(transfer_id) <= MAX_ID_CHARACTERS
        row = self._table.read(transfer_key(transfer_id)) if known else None
        if row is None:
            raise TransferNotFound(transfer_id)
        return from_item(Transfer, row)

    def save(self, transfer: Transfer, events: Sequence[OutboxEvent] = ()) -> Transfer:
        first = transfer.version + 1  # the first event's version; each event has one of its own
        saved = replace(transfer, version=transfer.version + max(1, len(events)))
        row = put(self._row(saved), "#version = :seen", seen=transfer.version)
        facts = self._facts(saved, first, events)
        if self._table.write([row, *facts], StaleTransfer(transfer.id)):
            raise StaleTransfer(transfer.id)
        return saved

    def history(self, query: TransferQuery, limit: int, cursor: str | None) -> Page[Transfer]:
        return read_page(self._table, query, limit, cursor, self._rows_read)

    def timeline(self, transfer_id: str, limit: int, cursor: str | None) -> Page[OutboxEvent]:
        partition = partition_of(transfer_id)
        return timeline.read_page(self._table, partition, limit, cursor)

    def open_transfers(self, after: str = "") -> Iterator[Transfer]:
        condition, values = "#gsi2pk = :open", dict[str, object](open="OPEN")
        if after:  # DynamoDB takes no empty key
            condition, values = f"{condition} AND #gsi2sk > :after", {**values, "after": after}
        for row in self._table.rows(condition, values, IndexName="open"):
            yield from_item(Transfer, row)

    def sweep_position(self) -> str:
        row = self._table.read(SWEEP)
        return "" if row is None else str(row["after"]["S"])

    def save_sweep_position(self, transfer_id: str) -> None:
        row = SWEEP | {"after": to_attribute(transfer_id)}
        self._table.write([("Put", {"Item": row})], StaleTransfer(transfer_id))

    def _facts(
        self, transfer: Transfer, version: int, events: Sequence[OutboxEvent]
    ) -> Iterator[Action]:
        # Trouble is told without a change of state.
        at = max(transfer.updated_at, transfer.delayed_at or transfer.updated_at)
        kept = FORGOTTEN_AFTER if transfer.owner == self._forgets else timeline.FACTS_KEPT
        return outbox_rows(partition_of(transfer.id), version, events, at, kept)

    def _row(self, transfer: Transfer) -> Item:
        row = transfer_row(transfer)
        over = transfer.status in ENDED and transfer.tidy
        if over and transfer.owner == self._forgets:
            row["expires_at"] = to_attribute(epoch_seconds(transfer.updated_at + FORGOTTEN_AFTER))
        return row


def transfer_row(transfer: Transfer) -> Item:
    return transfer_key(transfer.id) | to_item(transfer) | index_keys(transfer)
