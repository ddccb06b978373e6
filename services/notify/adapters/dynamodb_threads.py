"""Threads in DynamoDB."""

from datetime import datetime
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_item
from runtime.dynamodb.table import Table, row_key, update
from services.notify.adapters.dynamodb_transfers import expiry, partition_of
from services.notify.domain.delivery import Thread
from services.notify.domain.errors import RecordBusy

FREE = "attribute_not_exists(#held_until) OR #held_until <= :now OR #held_by = :holder"


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


def _key(thread: Thread) -> Item:
    return row_key(partition_of(thread.transfer_id), f"THREAD#{thread.channel_id}")


def _busy(thread: Thread) -> RecordBusy:
    return RecordBusy(f"thread of {thread.transfer_id!r} in {thread.channel_id!r}")
