"""The outbox: events stored in one transaction with the change they tell of, then published.

actions += outbox_rows("T#42", transfer.version, events, transfer.updated_at)    # the writer
return publish_rows(stream_event, lambda entries: publish(entries))              # the stream
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runtime.batches import BatchResponse, failures
from runtime.bus import Outgoing
from runtime.dynamodb.items import epoch_seconds, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key, update
from runtime.events import inserted

LIFETIME = timedelta(days=30)  # long enough to look for an event after an incident
PREFIX = "OUTBOX#"


@dataclass(frozen=True)
class StoredEvent:
    """Implements Outgoing; `partition` is that of the record whose change it tells of."""

    partition: str
    event_id: str
    detail_type: str
    detail: str


def outbox_rows(
    partition: str, version: int, events: Sequence[Outgoing], at: datetime
) -> Iterator[Action]:
    """In the order of the record's versions, which is the order in which its state changed."""
    expires_at = to_attribute(epoch_seconds(at + LIFETIME))
    for index, event in enumerate(events):
        told = {
            name: to_attribute(getattr(event, name))
            for name in ("event_id", "detail_type", "detail")
        }
        key = row_key(partition, f"{PREFIX}{version:010d}#{index:03d}#{event.event_id}")
        yield put(key | told | {"expires_at": expires_at}, "attribute_not_exists(#pk)")


def unpublished(table: Table, partition: str) -> list[StoredEvent]:
    """Oldest first."""
    rows = table.rows_under(partition, PREFIX)
    return [
        _stored({name: value["S"] for name, value in row.items() if "S" in value})
        for row in rows
        if "published" not in row
    ]


def mark_published(table: Table, partition: str, event_id: str, busy: Exception) -> None:
    for row in table.rows_under(partition, PREFIX):
        if row["event_id"]["S"] == event_id and "published" not in row:
            key = {"pk": row["pk"], "sk": row["sk"]}
            mark = update(key, "SET #published = :yes", "attribute_exists(#pk)", yes=True)
            table.write([mark], busy=busy)


def publish_rows(
    event: Mapping[str, Any], publish: Callable[[Sequence[StoredEvent]], frozenset[str]]
) -> BatchResponse:
    """What a stream delivered; `publish` says which ids were refused, and they come again."""
    rows = inserted(event)
    entries = [_stored(row.image) for row in rows]
    refused = publish(entries)
    return failures(
        row.sequence_number
        for row, entry in zip(rows, entries, strict=True)
        if entry.event_id in refused
    )


def _stored(row: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(row["pk"], row["event_id"], row["detail_type"], row["detail"])
