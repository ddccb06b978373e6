"""Threads and the marks of failures in DynamoDB."""

from datetime import datetime, timedelta
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import Table, put, row_key, update
from services.notify.adapters.dynamodb_transfers import expiry, partition_of
from services.notify.domain.delivery import Thread
from services.notify.domain.errors import RecordBusy

FREE = "attribute_not_exists(#held_until) OR #held_until <= :now OR #held_by = :holder"
SLACK = timedelta(days=1)


class DynamoDbThreads:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def take(self, thread: Thread, holder: str, now: datetime, until: datetime) -> Thread | None:
        change = "SET #held_by = :holder, #held_until = :until, #expires_at = :gone"
        gone = epoch_seconds(expiry(now))
        hold = update(_key(thread), change, FREE, holder=holder, until=until, now=now, gone=gone)
        if self._table.write([hold], _busy(thread)):
            return None
        row = self._table.read(_key(thread)) or {}
        named = to_item(Thread(thread.transfer_id, thread.channel_id))
        return from_item(Thread, named | row)

    def give_back(self, thread: Thread, holder: str) -> None:
        shown = {name: getattr(thread, name) for name in to_item(thread)}
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in shown)
        change += " REMOVE #held_by, #held_until"
        end = update(_key(thread), change, "#held_by = :holder", holder=holder, **shown)
        self._table.write([end], _busy(thread))


class DynamoDbFailureMarks:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def first(self, channel_id: str, destination_id: str, now: datetime, until: datetime) -> bool:
        free = "attribute_not_exists(#pk) OR #until <= :now"
        mark = put(_mark(channel_id, destination_id, until), free, now=now)
        return not self._table.write([mark], RecordBusy(f"failures of {channel_id!r}"))

    def extend(self, channel_id: str, destination_id: str, until: datetime) -> None:
        shorter = "attribute_not_exists(#pk) OR #until < :until"
        mark = put(_mark(channel_id, destination_id, until), shorter, until=until)
        self._table.write([mark], RecordBusy(f"failures of {channel_id!r}"))


def _key(thread: Thread) -> Item:
    return row_key(partition_of(thread.transfer_id), f"THREAD#{thread.channel_id}")


def _busy(thread: Thread) -> RecordBusy:
    return RecordBusy(f"thread of {thread.transfer_id!r} in {thread.channel_id!r}")


def _mark(channel_id: str, destination_id: str, until: datetime) -> Item:
    row = row_key(f"CHANNEL#{channel_id}", f"FAILED#{destination_id}")
    gone = epoch_seconds(until + SLACK)
    return row | {"until": to_attribute(until), "expires_at": to_attribute(gone)}
