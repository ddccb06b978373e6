"""The marks of what is told once in a while, in DynamoDB."""

from datetime import timedelta
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key, update
from services.notify.domain.delivery import Once
from services.notify.domain.errors import RecordBusy

SLACK = timedelta(days=1)  # for clocks that differ; then DynamoDB removes the row


class DynamoDbMarks:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def extend(self, once: Once) -> None:
        change, shorter = "SET #until = :until, #expires_at = :gone", "#until < :until"
        gone = epoch_seconds(once.until + SLACK)
        longer = update(_key(once), change, shorter, until=once.until, gone=gone)
        self._table.write([longer], _busy(once))

    def count(self, once: Once, notification_id: str) -> bool:
        change = "SET #counted_by = :id"
        mine = "#told_at >= :since AND (attribute_not_exists(#counted_by) OR #counted_by = :id)"
        counted = update(_key(once), change, mine, id=notification_id, since=once.now)
        return not self._table.write([counted], _busy(once))


def mark(once: Once) -> Action:
    """Is refused while it was told."""
    return put(_row(once), "attribute_not_exists(#pk) OR #until <= :now", now=once.now)


def _row(once: Once) -> Item:
    gone = to_attribute(epoch_seconds(once.until + SLACK))
    times = {"told_at": to_attribute(once.now), "until": to_attribute(once.until)}
    return _key(once) | times | {"expires_at": gone}


def _key(once: Once) -> Item:
    return row_key(f"CHANNEL#{once.channel_id}", f"ONCE#{once.cause}")


def _busy(once: Once) -> RecordBusy:
    return RecordBusy(f"marks of {once.channel_id!r}")
