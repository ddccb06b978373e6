"""Idempotency keys. Remembers which record a key stands for, as long as a caller may repeat it."""

from datetime import datetime, timedelta

from kernel.idempotency import Idempotency
from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key

KEY_LIFETIME = timedelta(days=7)


def remember(kind: str, idempotency: Idempotency, record_id: str, now: datetime) -> Action:
    """Is refused while the key stands for a record. An expired row counts as none, because DynamoDB
    removes it up to two days late."""
    row = _key(kind, idempotency) | {
        "body_hash": to_attribute(idempotency.body_hash),
        "record_id": to_attribute(record_id),
        "expires_at": to_attribute(epoch_seconds(now + KEY_LIFETIME)),
    }
    free = "attribute_not_exists(#pk) OR #expires_at <= :now"
    return put(row, free, now=epoch_seconds(now))


def first_record(
    table: Table, kind: str, idempotency: Idempotency, conflict: Exception, now: datetime
) -> str | None:
    """The id of the record that the key stands for. Raises `conflict` for another body."""
    row = table.read(_key(kind, idempotency))
    if row is None or int(row["expires_at"]["N"]) <= epoch_seconds(now):
        return None
    if row["body_hash"]["S"] != idempotency.body_hash:
        raise conflict
    return str(row["record_id"]["S"])


def _key(kind: str, idempotency: Idempotency) -> Item:
    return row_key(f"IDEM#{kind}#{idempotency.key}", "IDEM")
