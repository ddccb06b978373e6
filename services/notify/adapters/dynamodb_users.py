"""The copies of users in DynamoDB. Nobody gets a removed user's name again, so rows stay."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from runtime.dynamodb.batch_reads import read_rows
from runtime.dynamodb.items import Item, from_item, to_item
from runtime.dynamodb.table import Table, put, row_key
from services.notify.adapters.dynamodb_channels import put_channel
from services.notify.domain.channel import Channel
from services.notify.domain.errors import RecordBusy, RecordsNotRead
from services.notify.domain.user import User

TAKEN = frozenset({1})  # only the id of the first channel was refused


class DynamoDbUsers:
    def __init__(self, client: Any, table: str) -> None:
        self._client, self._name = client, table
        self._table = Table(client, table)

    def read(self, name: str) -> User | None:
        row = self._table.read(_key(name))
        return from_item(User, row) if row else None

    def read_many(self, names: Iterable[str]) -> Mapping[str, User]:
        keys = [_key(each) for each in dict.fromkeys(names)]
        rows = read_rows(self._client, self._name, keys, RecordsNotRead)
        return {user.name: user for user in (from_item(User, row) for row in rows)}

    def store(self, now: User, before: User | None, channel: Channel | None = None) -> bool:
        version = before.version if before else 0
        row = _key(now.name) | to_item(replace(now, version=version + 1))
        if before is None:
            change = put(row, "attribute_not_exists(#pk)")
        else:
            change = put(row, "#version = :seen", seen=version)
        busy = RecordBusy(f"user {now.name!r}")
        first = [put_channel(channel)] if channel else []
        refused = self._table.write([change, *first], busy)
        if refused == TAKEN:
            refused = self._table.write([change], busy)
        return not refused


def _key(name: str) -> Item:
    return row_key(f"U#{name}", "USER")
