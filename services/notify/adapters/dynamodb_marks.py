"""The marks of what is told once in a while, in DynamoDB."""

from datetime import timedelta
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key, update
from services.notify.domain.delivery import Once
from services.notify.domain.errors import RecordBusy
from services.notify.domain.known_transfer import NewsKey

SLACK = timedelta(days=1)  # for clocks that differ; then DynamoDB removes the row


class DynamoDbMarks:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def extend(self, once: Once) -> None:
        change, shorter = "SET #until = :until, #expires_at = :gone", "#until < :until"
        gone = epoch_seconds(once.until + SLACK)
        longer = update(_key(once), change, shorter, until=once.until, gone=gone)
        self._table.write([longer], _busy(once))

    def count(self, once: Once, notification_id: str) -> NewsKey | None:
        row = self._table.read(_key(once))
        if row is None or "news" not in row:
            return None
        change = "SET #counted_by = :id"
        mine = (
            "#told_at = :told_at AND #told_at <= :last AND #until >= :first"
            " AND (attribute_not_exists(#counted_by) OR #counted_by = :id)"
        )
        times = {"told_at": row["told_at"]["S"], "first": once.now, "last": once.until}
        counted = update(_key(once), change, mine, id=notification_id, **times)
        if self._table.write([counted], _busy(once)):
            return None
        return from_item(NewsKey, row["news"]["M"])


def mark(once: Once) -> Action:
    """Is refused while it was told."""
    return put(_row(once), "attribute_not_exists(#pk) OR #until <= :now", now=once.now)


def _row(once: Once) -> Item:
    gone = to_attribute(epoch_seconds(once.until + SLACK))
    row = {"told_at": to_attribute(once.now), "until": to_attribute(once.until)}
    if once.news is not None:
        row["news"] = to_attribute(once.news)
    return _key(once) | row | {"expires_at": gone}


def _key(once: Once) -> Item:
    return row_key(f"CHANNEL#{once.channel_id}", f"ONCE#{once.cause}")


def _busy(once: Once) -> RecordBusy:
    return RecordBusy(f"marks of {once.channel_id!r}")
