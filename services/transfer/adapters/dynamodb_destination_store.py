"""Destinations in DynamoDB: all in one partition, because they are few and are listed by id."""

from dataclasses import replace
from itertools import islice

from botocore.client import BaseClient

from services.transfer.adapters.dynamodb_cursor import (
    DESTINATION_POSITION,
    read_cursor,
    write_cursor,
)
from services.transfer.adapters.dynamodb_idempotency import first_record, remember
from services.transfer.adapters.dynamodb_items import Item, from_item, to_item
from services.transfer.adapters.dynamodb_table import Table, delete, put, row_key
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    DestinationChanged,
    DestinationExists,
    DestinationNotFound,
)
from services.transfer.domain.ports import Idempotency, Page

PARTITION = "DESTINATION"


class DynamoDbDestinationStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def create(self, destination: Destination, idempotency: Idempotency | None) -> Destination:
        actions = [put(_row(destination), "attribute_not_exists(#pk)")]
        if idempotency is not None:
            now = destination.created_at
            actions.append(remember(PARTITION, idempotency, destination.id, now))
        refused = self._table.write(actions, busy=DestinationChanged(destination.id))
        if not refused:
            return destination
        if idempotency is not None and 1 in refused:
            earlier = first_record(self._table, PARTITION, idempotency)
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
        row = put(_row(saved), "#version = :seen", seen=destination.version)
        if self._table.write([row], busy=DestinationChanged(destination.id)):
            raise DestinationChanged(destination.id)
        return saved

    def delete(self, destination: Destination) -> None:
        gone_or_seen = "attribute_not_exists(#pk) OR #version = :seen"
        row = delete(_key(destination.id), gone_or_seen, seen=destination.version)
        if self._table.write([row], busy=DestinationChanged(destination.id)):
            raise DestinationChanged(destination.id)

    def page(self, limit: int, cursor: str | None) -> Page[Destination]:
        options: dict[str, object] = {"Limit": limit + 1}  # one more: is this the last page?
        if cursor is not None:
            after = read_cursor("destinations", cursor, DESTINATION_POSITION)
            options["ExclusiveStartKey"] = _key(after)
        found = self._table.rows("#pk = :pk", {"pk": PARTITION}, **options)
        items = [from_item(Destination, row) for row in islice(found, limit + 1)]
        more = write_cursor("destinations", items[limit - 1].id) if len(items) > limit else None
        return Page(items[:limit], more)


def _key(destination_id: str) -> Item:
    return row_key(PARTITION, f"{PARTITION}#{destination_id}")


def _row(destination: Destination) -> Item:
    return _key(destination.id) | to_item(destination)
