"""The marks of what is told once in a while, in DynamoDB."""

from datetime import timedelta
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key
from services.notify.domain.delivery import Once
from services.notify.domain.errors import RecordBusy

SLACK = timedelta(days=1)  # for clocks that differ; then DynamoDB removes the row


class DynamoDbMarks:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def extend(self, once: Once) -> None:
        shorter = "attribute_not_exists(#pk) OR #until < :until"
        mark = put(_row(once), shorter, until=once.until)
        self._table.write([mark], RecordBusy(f"marks of {once.channel_id!r}"))


def mark(once: Once) -> Action:
    """Is refused while it was told."""
    return put(_row(once), "attribute_not_exists(#pk) OR #until <= :now", now=once.now)


def _row(once: Once) -> Item:
    gone = to_attribute(epoch_seconds(once.until + SLACK))
    row = row_key(f"CHANNEL#{once.channel_id}", f"ONCE#{once.cause}")
    return row | {"until": to_attribute(once.until), "expires_at": gone}
