"""The outbox: events stored in one transaction with the change they tell of, then published.

actions += outbox_rows("T#42", transfer.version, events, transfer.updated_at)    # the writer
return publish_rows(stream_event, lambda entries: publish(entries))              # the stream
if claim(table, stored.partition, stored.event_id, Claim("stream", now, until), busy): ...
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runtime.batches import BatchResponse, failures
from runtime.bus import Outgoing
from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key, update
from runtime.events import inserted

LIFETIME = timedelta(days=30)  # long enough to look for an event after an incident
PREFIX = "OUTBOX#"
CLOCKS_DIFFER = timedelta(seconds=30)  # of two publishers, at the most; NTP keeps them within one
# All claims are given for the same time: one that says much more was written by a clock that runs
# ahead, and is not believed.
FREE = (
    "attribute_exists(#pk) AND attribute_not_exists(#published)"
    " AND (attribute_not_exists(#claimed_until) OR #claimed_by = :holder"
    " OR #claimed_until <= :now OR #claimed_until > :beyond)"
)


@dataclass(frozen=True)
class StoredEvent:
    """Implements Outgoing; `partition` is that of the record whose change it tells of."""

    partition: str
    event_id: str
    detail_type: str
    detail: str


@dataclass(frozen=True)
class Claim:
    """`holder` may take its own claim again: it is sure that its predecessor is dead."""

    holder: str
    now: datetime
    until: datetime


def outbox_rows(
    partition: str, version: int, events: Sequence[Outgoing], at: datetime
) -> Iterator[Action]:
    """`version` is what the record's change is stored as: the order of versions, and of the events
    within one, is that in which its state changed."""
    expires_at = to_attribute(epoch_seconds(at + LIFETIME))
    for index, event in enumerate(events):
        told = {
            name: to_attribute(getattr(event, name))
            for name in ("event_id", "detail_type", "detail")
        }
        told["position"] = to_attribute(f"{version:010d}#{index:03d}")
        row = _key(partition, event.event_id) | told | {"expires_at": expires_at}
        yield put(row, "attribute_not_exists(#pk)")


def unpublished(table: Table, partition: str) -> list[StoredEvent]:
    """Oldest first, claimed ones included."""
    rows = [row for row in table.rows_under(partition, PREFIX) if "published" not in row]
    return [
        _stored({name: value["S"] for name, value in row.items() if "S" in value})
        for row in sorted(rows, key=lambda row: str(row["position"]["S"]))
    ]


def claim(table: Table, partition: str, event_id: str, wish: Claim, busy: Exception) -> bool:
    """False when it was published, or when another holder may publish it."""
    change = update(
        _key(partition, event_id),
        "SET #claimed_by = :holder, #claimed_until = :until",
        FREE,
        holder=wish.holder,
        until=wish.until,
        now=wish.now,
        beyond=wish.until + CLOCKS_DIFFER,
    )
    return not table.write([change], busy=busy)


def mark_published(table: Table, partition: str, event_id: str, busy: Exception) -> None:
    change = "SET #published = :yes REMOVE #claimed_by, #claimed_until"
    mark = update(_key(partition, event_id), change, "attribute_exists(#pk)", yes=True)
    table.write([mark], busy=busy)


def give_back(table: Table, partition: str, event_id: str, busy: Exception) -> None:
    change = "REMOVE #claimed_by, #claimed_until"
    table.write([update(_key(partition, event_id), change, "attribute_exists(#pk)")], busy=busy)


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


def _key(partition: str, event_id: str) -> Item:
    return row_key(partition, f"{PREFIX}{event_id}")


def _stored(row: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(row["pk"], row["event_id"], row["detail_type"], row["detail"])
