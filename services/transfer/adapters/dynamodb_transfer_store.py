"""Transfers and their outbox in DynamoDB: a state change and its events are one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from botocore.client import BaseClient

from services.transfer.adapters.dynamodb_cursor import HISTORY_POSITION, read_cursor, write_cursor
from services.transfer.adapters.dynamodb_idempotency import (
    epoch_seconds,
    first_record,
    remember,
)
from services.transfer.adapters.dynamodb_items import (
    Item,
    from_item,
    instant,
    to_attribute,
    to_item,
)
from services.transfer.adapters.dynamodb_table import Action, Table, put, row_key, update
from services.transfer.domain.errors import StaleTransfer, TransferNotFound
from services.transfer.domain.ports import Idempotency, OutboxEvent, Page
from services.transfer.domain.transfer import ENDED, Transfer

MAX_ID_CHARACTERS = 128  # DynamoDB refuses keys that are much longer
OUTBOX_LIFETIME = timedelta(days=30)  # long enough to look for an event after an incident


def transfer_key(transfer_id: str) -> Item:
    return row_key(f"T#{transfer_id}", "TRANSFER")


class DynamoDbTransferStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(
        self, transfer: Transfer, events: Sequence[OutboxEvent], idempotency: Idempotency | None
    ) -> Transfer:
        actions = [put(_row(transfer), "attribute_not_exists(#pk)"), *_outbox(transfer, events)]
        if idempotency is not None:
            now = transfer.requested_at
            actions.append(remember("TRANSFER", idempotency, transfer.id, now))
        refused = self._table.write(actions, busy=StaleTransfer(transfer.id))
        if not refused:
            return transfer
        if idempotency is not None and len(actions) - 1 in refused:
            earlier = first_record(self._table, "TRANSFER", idempotency)
            if earlier is not None:
                return self.read(earlier)
        raise StaleTransfer(transfer.id)

    def read(self, transfer_id: str) -> Transfer:
        known = len(transfer_id) <= MAX_ID_CHARACTERS
        row = self._table.read(transfer_key(transfer_id)) if known else None
        if row is None:
            raise TransferNotFound(transfer_id)
        return from_item(Transfer, row)

    def save(self, transfer: Transfer, events: Sequence[OutboxEvent] = ()) -> Transfer:
        saved = replace(transfer, version=transfer.version + 1)
        row = put(_row(saved), "#version = :seen", seen=transfer.version)
        busy = StaleTransfer(transfer.id)
        if self._table.write([row, *_outbox(saved, events)], busy):
            raise StaleTransfer(transfer.id)
        return saved

    def history(self, owner: str, limit: int, cursor: str | None) -> Page[Transfer]:
        query = f"history/{owner}"
        partition = f"OWNER#{owner}"
        options: dict[str, object] = {"IndexName": "by_owner", "ScanIndexForward": False}
        options["Limit"] = limit + 1  # one more tells whether this is the last page
        if cursor is not None:
            after = read_cursor(query, cursor, HISTORY_POSITION)
            index_key = {"gsi1pk": to_attribute(partition), "gsi1sk": to_attribute(after)}
            options["ExclusiveStartKey"] = transfer_key(after.split("#", 1)[1]) | index_key
        found = self._table.rows("#gsi1pk = :owner", {"owner": partition}, **options)
        rows = list(islice(found, limit + 1))
        more = write_cursor(query, rows[limit - 1]["gsi1sk"]["S"]) if len(rows) > limit else None
        return Page([from_item(Transfer, row) for row in rows[:limit]], more)

    def open_transfers(self) -> Iterator[Transfer]:
        for row in self._table.rows("#gsi2pk = :open", {"open": "OPEN"}, IndexName="open"):
            yield from_item(Transfer, row)

    def unpublished(self, transfer_id: str) -> Sequence[OutboxEvent]:
        rows = self._table.rows_under(f"T#{transfer_id}", "OUTBOX#")
        return [from_item(OutboxEvent, row) for row in rows if "published" not in row]

    def mark_published(self, transfer_id: str, event_id: str) -> None:
        for row in self._table.rows_under(f"T#{transfer_id}", "OUTBOX#"):
            if row["event_id"]["S"] == event_id and "published" not in row:
                key = {"pk": row["pk"], "sk": row["sk"]}
                mark = update(key, "SET #published = :yes", "attribute_exists(#pk)", yes=True)
                self._table.write([mark], busy=StaleTransfer(transfer_id))


def _row(transfer: Transfer) -> Item:
    position = f"{instant(transfer.requested_at)}#{transfer.id}"
    row = transfer_key(transfer.id) | to_item(transfer)
    row |= {"gsi1pk": to_attribute(f"OWNER#{transfer.owner}"), "gsi1sk": to_attribute(position)}
    if transfer.status not in ENDED or transfer.part_path is not None:
        row |= {"gsi2pk": to_attribute("OPEN"), "gsi2sk": to_attribute(transfer.id)}
    return row


def _outbox(transfer: Transfer, events: Sequence[OutboxEvent]) -> Iterator[Action]:
    """In the order of the transfer's versions, which is the order in which its state changed."""
    expires_at = to_attribute(epoch_seconds(transfer.updated_at + OUTBOX_LIFETIME))
    for index, event in enumerate(events):
        sort = f"OUTBOX#{transfer.version:010d}#{index:03d}#{event.event_id}"
        row = row_key(f"T#{transfer.id}", sort) | to_item(event) | {"expires_at": expires_at}
        yield put(row, "attribute_not_exists(#pk)")


def outbox_event_of(image: Mapping[str, Any]) -> tuple[str, OutboxEvent]:
    """(transfer id, event) of an outbox row as the table's stream shows it."""
    event = OutboxEvent(image["event_id"], image["detail_type"], image["detail"])
    return image["pk"].removeprefix("T#"), event
