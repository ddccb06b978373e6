"""Destinations in DynamoDB. All are in one partition, because they are few and listed by id."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from botocore.client import BaseClient

from kernel.idempotency import Idempotency
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from runtime.dynamodb.idempotency import first_record, remember
from runtime.dynamodb.items import Item, from_item, to_item
from runtime.dynamodb.table import Table, delete, put, row_key
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    DestinationChanged,
    DestinationExists,
    DestinationNotFound,
    FieldInvalid,
    IdempotencyConflict,
)

PARTITION = "DESTINATION"
# Versions begin anew when an id is registered again: only with its creation is one the record seen
SEEN = "#version = :version AND #created_at = :created_at"
DESTINATION_POSITION = re.compile(r"[!-~]{1,200}")


class DynamoDbDestinationStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(self, destination: Destination, idempotency: Idempotency | None) -> Destination:
        actions = [put(destination_row(destination), "attribute_not_exists(#pk)")]
        if idempotency is not None:
            now = destination.created_at
            actions.append(remember(PARTITION, idempotency, destination.id, now))
        refused = self._table.write(actions, busy=DestinationChanged(destination.id))
        if not refused:
            return destination
        if idempotency is not None and 1 in refused:
            conflict, now = IdempotencyConflict(idempotency.sent_key), destination.created_at
            earlier = first_record(self._table, PARTITION, idempotency, conflict, now)
            if earlier is not None:
                return self.read(earlier)
        raise DestinationExists(destination.id)

    def read(self, destination_id: str) -> Destination:
        row = self._table.read(_key(destination_id))
        if row is None:
            raise DestinationNotFound(destination_id)
        return from_item(Destination, row)

    def save(self, destination: Destination) -> Destination:
        saved = replace(destination, version=destination.version + 1)
        row = put(destination_row(saved), SEEN, **_seen(destination))
        if self._table.write([row], busy=DestinationChanged(destination.id)):
            raise DestinationChanged(destination.id)
        return saved

    def delete(self, destination: Destination) -> None:
        gone_or_seen = f"attribute_not_exists(#pk) OR ({SEEN})"
        row = delete(_key(destination.id), gone_or_seen, **_seen(destination))
        if self._table.write([row], busy=DestinationChanged(destination.id)):
            raise DestinationChanged(destination.id)

    def page(
        self, limit: int, cursor: str | None, only: frozenset[str] | None = None
    ) -> Page[Destination]:
        after = ""
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor("destinations", cursor, DESTINATION_POSITION, refusal)
        rows = self._all(after, limit + 1) if only is None else self._each(only, after)
        items = [from_item(Destination, row) for row in islice(rows, limit + 1)]
        more = write_cursor("destinations", items[limit - 1].id) if len(items) > limit else None
        return Page(items[:limit], more)

    def _all(self, after: str, limit: int) -> Iterator[Item]:
        options: dict[str, object] = {"Limit": limit}
        if after:
            options["ExclusiveStartKey"] = _key(after)
        return self._table.rows("#pk = :pk", {"pk": PARTITION}, **options)

    def _each(self, ids: frozenset[str], after: str) -> Iterator[Item]:
        for destination_id in sorted(each for each in ids if each > after):
            row = self._table.read(_key(destination_id))
            if row is not None:
                yield row


def _seen(destination: Destination) -> dict[str, object]:
    return {"version": destination.version, "created_at": destination.created_at}


def _key(destination_id: str) -> Item:
    return row_key(PARTITION, f"{PARTITION}#{destination_id}")


def destination_row(destination: Destination) -> Item:
    return _key(destination.id) | to_item(destination)
