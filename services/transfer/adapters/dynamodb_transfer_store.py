"""Transfers in DynamoDB. A state change and its events are one transaction."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from botocore.client import BaseClient

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import Item, from_item, instant, to_attribute, to_item
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Table, put, row_key
from services.transfer.domain.errors import (
    FieldInvalid,
    IdempotencyConflict,
    StaleTransfer,
    TransferNotFound,
)
from services.transfer.domain.status import ENDED
from services.transfer.domain.transfer import Transfer

MAX_ID_CHARACTERS = 128  # DynamoDB refuses keys that are much longer
HISTORY_POSITION = re.compile(r"[0-9-]{10}T[0-9:.]{15}\+00:00#[!-~]{1,200}")
SWEEP = row_key("SWEEP", "POSITION")
EVERYBODY = "EVERYBODY"  # one partition is enough for some tens of requests a second
RECORDS = "T#"  # the partitions of transfers begin with this


def partition_of(transfer_id: str) -> str:
    return f"{RECORDS}{transfer_id}"


def transfer_key(transfer_id: str) -> Item:
    return row_key(partition_of(transfer_id), "TRANSFER")


class DynamoDbTransferStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(
        self, transfer: Transfer, events: Sequence[OutboxEvent], idempotency: Idempotency | None
    ) -> Transfer:
        actions = [
            put(_row(transfer), "attribute_not_exists(#pk)"),
            *outbox_rows(partition_of(transfer.id), transfer.version, events, transfer.updated_at),
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
        row = put(_row(saved), "#version = :seen", seen=transfer.version)
        told = outbox_rows(partition_of(saved.id), first, events, saved.updated_at)
        if self._table.write([row, *told], StaleTransfer(transfer.id)):
            raise StaleTransfer(transfer.id)
        return saved

    def history(self, owner: str | None, limit: int, cursor: str | None) -> Page[Transfer]:
        query = f"history/{owner or '*'}"
        index, pk, sk = (
            ("by_owner", "gsi1pk", "gsi1sk") if owner else ("by_time", "gsi3pk", "gsi3sk")
        )
        partition = f"OWNER#{owner}" if owner else EVERYBODY
        options: dict[str, object] = {"IndexName": index, "ScanIndexForward": False}
        options["Limit"] = limit + 1  # one more tells whether this is the last page
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, HISTORY_POSITION, refusal)
            index_key = {pk: to_attribute(partition), sk: to_attribute(after)}
            options["ExclusiveStartKey"] = transfer_key(after.split("#", 1)[1]) | index_key
        found = self._table.rows(f"#{pk} = :partition", {"partition": partition}, **options)
        rows = list(islice(found, limit + 1))
        more = write_cursor(query, rows[limit - 1][sk]["S"]) if len(rows) > limit else None
        return Page([from_item(Transfer, row) for row in rows[:limit]], more)

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


def _row(transfer: Transfer) -> Item:
    position = f"{instant(transfer.requested_at)}#{transfer.id}"
    row = transfer_key(transfer.id) | to_item(transfer)
    row |= {"gsi1pk": to_attribute(f"OWNER#{transfer.owner}"), "gsi1sk": to_attribute(position)}
    row |= {"gsi3pk": to_attribute(EVERYBODY), "gsi3sk": to_attribute(position)}
    if transfer.status not in ENDED or not transfer.tidy:
        row |= {"gsi2pk": to_attribute("OPEN"), "gsi2sk": to_attribute(transfer.id)}
    return row
