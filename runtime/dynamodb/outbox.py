"""The outbox. Events are stored in one transaction with their change, and published after that.

actions += outbox_rows("T#42", transfer.version, events, transfer.updated_at)    # the writer
outbox = DynamoDbOutbox(client, table, records="T#")                            # the publishers
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from botocore.client import BaseClient

from kernel.outbox import Entry, OutboxBusy, OutboxEvent
from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import Action, Table, put, row_key, update

LIFETIME = timedelta(days=30)  # long enough to look for an event after an incident
PREFIX = "OUTBOX#"
CLOCKS_DIFFER = timedelta(seconds=30)  # at most, of two publishers; NTP keeps them within 1 s
# All claims are given for the same time. A claim that ends much later was written by a clock that
# runs ahead, and is not believed.
FREE = (
    "attribute_exists(#pk) AND attribute_not_exists(#published)"
    " AND (attribute_not_exists(#claimed_until) OR #claimed_by = :holder"
    " OR #claimed_until <= :now OR #claimed_until > :beyond)"
)


def outbox_rows(
    partition: str,
    version: int,
    events: Sequence[OutboxEvent],
    at: datetime,
    lifetime: timedelta = LIFETIME,
) -> Iterator[Action]:
    """`version` is the version that the record's change is stored with. Events are ordered by
    version, and within one version as they stand in `events`. That is the order in which the state
    changed."""
    expires_at = to_attribute(epoch_seconds(at + lifetime))
    for index, event in enumerate(events):
        told = {
            name: to_attribute(getattr(event, name))
            for name in ("event_id", "detail_type", "detail")
        }
        told["position"] = to_attribute(f"{version:010d}#{index:03d}")
        row = row_key(partition, f"{PREFIX}{event.event_id}") | told | {"expires_at": expires_at}
        yield put(row, "attribute_not_exists(#pk)")


class DynamoDbOutbox:
    """The outbox of all records whose partitions begin with `records`. The rest of a partition's
    name is what the service calls the record."""

    def __init__(self, client: BaseClient, table: str, records: str = "") -> None:
        self._table, self._records = Table(client, table), records

    def entry(self, row: Mapping[str, Any]) -> Entry:
        event = OutboxEvent(row["event_id"], row["detail_type"], row["detail"])
        return row["pk"].removeprefix(self._records), event

    def unpublished(self, record: str) -> Sequence[OutboxEvent]:
        found = self._table.rows_under(f"{self._records}{record}", PREFIX)
        rows = [row for row in found if "published" not in row]
        return [
            OutboxEvent(row["event_id"]["S"], row["detail_type"]["S"], row["detail"]["S"])
            for row in sorted(rows, key=lambda row: str(row["position"]["S"]))
        ]

    def claim(
        self, record: str, event_id: str, holder: str, now: datetime, until: datetime
    ) -> bool:
        change = update(
            self._key(record, event_id),
            "SET #claimed_by = :holder, #claimed_until = :until",
            FREE,
            holder=holder,
            until=until,
            now=now,
            beyond=until + CLOCKS_DIFFER,
        )
        return not self._table.write([change], busy=OutboxBusy(event_id))

    def mark_published(self, record: str, event_id: str) -> bool:
        change = "SET #published = :yes REMOVE #claimed_by, #claimed_until"
        first = "attribute_exists(#pk) AND attribute_not_exists(#published)"
        mark = update(self._key(record, event_id), change, first, yes=True)
        return not self._table.write([mark], busy=OutboxBusy(event_id))

    def give_back(self, record: str, event_id: str) -> None:
        change = "REMOVE #claimed_by, #claimed_until"
        free = update(self._key(record, event_id), change, "attribute_exists(#pk)")
        self._table.write([free], busy=OutboxBusy(event_id))

    def _key(self, record: str, event_id: str) -> Item:
        return row_key(f"{self._records}{record}", f"{PREFIX}{event_id}")
