"""Notifications in DynamoDB, with what they tell and where that is known."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from kernel.outbox import OutboxEvent
from runtime.dynamodb.batch_reads import read_rows
from runtime.dynamodb.items import (
    Item,
    epoch_seconds,
    from_item,
    instant,
    to_attribute,
    to_item,
)
from runtime.dynamodb.outbox import outbox_rows
from runtime.dynamodb.table import Action, Table, put, row_key
from services.notify.adapters.dynamodb_marks import mark
from services.notify.adapters.dynamodb_transfers import due_place, news_sort, partition_of
from services.notify.domain.delivery import Added, Append, Delivery, Entry, Once
from services.notify.domain.errors import RecordBusy, RecordsNotRead
from services.notify.domain.known_transfer import NewsKey
from services.notify.domain.notification import KEPT, Notification

RECORDS = "M#"
DELIVERY, ENTRY = "D#", "E#"
NEW = "attribute_not_exists(#pk)"
SEEN = "#version = :seen"
TRIES = 20  # many append to the open notification of a busy channel at once


class DynamoDbNotifications:
    def __init__(self, client: Any, table: str) -> None:
        self._client, self._name = client, table
        self._table = Table(client, table)

    def add(
        self, notification: Notification, delivery: Delivery | None, once: Once | None = None
    ) -> Added:
        actions = [put(_row(notification), NEW)]
        actions += [_told(delivery, notification)] if delivery else []
        known = set(range(len(actions)))
        actions += [mark(once)] if once else []
        refused = self._table.write(actions, _busy(notification.id))
        if not refused:
            return Added.ADDED
        return Added.KNOWN if refused & known else Added.NOT_FIRST

    def append(self, append: Append) -> bool:
        for _ in range(TRIES):
            pointer = self._table.read(_open_key(append))
            found = self.read(pointer["notification_id"]["S"]) if pointer else None
            now = append.joined_to(found)
            if found is None or now is None:
                actions = [*_opening(append, pointer), *_entered(append, append.opens)]
            else:
                actions = [put(_row(now), SEEN, seen=found.version), *_entered(append, now)]
            refused = self._table.write(actions, _busy(append.opens.id))
            if not refused:
                return True
            if len(actions) - 2 in refused:  # the delivery
                return False
        raise _busy(append.opens.id)

    def read(self, notification_id: str) -> Notification | None:
        row = self._table.read(_key(notification_id))
        return from_item(Notification, row) if row else None

    def save(self, now: Notification, events: Sequence[OutboxEvent] = ()) -> Notification | None:
        saved = replace(now, version=now.version + 1)
        actions = [put(_row(saved), SEEN, seen=now.version)]
        at = now.sent_at or now.begun_at or now.created_at
        actions += outbox_rows(f"{RECORDS}{now.id}", saved.version, events, at)
        return None if self._table.write(actions, _busy(now.id)) else saved

    def entries(self, notification_id: str) -> Iterator[Entry]:
        for row in self._table.rows_under(f"{RECORDS}{notification_id}", ENTRY):
            yield from_item(Entry, row)

    def told_in(self, transfer_id: str, channel_id: str) -> Sequence[NewsKey]:
        rows = self._table.rows_under(partition_of(transfer_id), f"{DELIVERY}{channel_id}#")
        return [from_item(NewsKey, row["news"]["M"]) for row in rows]

    def of_transfer(self, transfer_id: str, limit: int) -> Sequence[Notification]:
        found = self._table.rows_under(partition_of(transfer_id), DELIVERY)
        ids = dict.fromkeys(row["notification_id"]["S"] for row in islice(found, limit))
        keys = [_key(each) for each in ids]
        rows = read_rows(self._client, self._name, keys, RecordsNotRead)
        known = {each.id: each for each in (from_item(Notification, row) for row in rows)}
        return [known[each] for each in ids if each in known]

    def waiting(self, channel_id: str, since: datetime, most: int) -> int:
        total = 0
        rows = self._table.rows("#waiting_for = :id", {"id": channel_id}, IndexName="waiting")
        for row in rows:
            made = row["created_at"]["S"]
            total += int(row["events"]["N"]) if made >= instant(since) else 0
            if total >= most:
                return most
        return total


def _busy(notification_id: str) -> RecordBusy:
    return RecordBusy(f"notification {notification_id!r}")


def _key(notification_id: str) -> Item:
    return row_key(f"{RECORDS}{notification_id}", "MESSAGE")


def _row(notification: Notification) -> Item:
    row = _key(notification.id) | to_item(notification) | _expires(notification)
    if notification.is_over:
        return row
    return row | {
        "due_in": to_attribute(due_place(notification.id)),
        "waiting_for": to_attribute(notification.channel_id),
    }


def _expires(notification: Notification) -> Item:
    return {"expires_at": to_attribute(epoch_seconds(notification.created_at + KEPT))}


def _told(delivery: Delivery, notification: Notification) -> Action:
    sort = f"{DELIVERY}{delivery.channel_id}#{news_sort(delivery.news)}"
    row = row_key(partition_of(delivery.news.transfer_id), sort)
    return put(row | to_item(delivery) | _expires(notification), NEW)


def _opening(append: Append, pointer: Item | None) -> Sequence[Action]:
    opens = append.opens
    row = _open_key(append) | {"notification_id": to_attribute(opens.id)} | _expires(opens)
    if pointer is None:
        points = put(row, NEW)
    else:
        points = put(row, "#notification_id = :old", old=pointer["notification_id"]["S"])
    return [put(_row(opens), NEW), points]


def _open_key(append: Append) -> Item:
    return row_key(f"CHANNEL#{append.channel_id}", f"OPEN#{append.opens.group}")


def _entered(append: Append, notification: Notification) -> Sequence[Action]:
    """The delivery first."""
    entry = append.entry
    sort = f"{ENTRY}{instant(entry.at)}#{entry.news.transfer_id}#{news_sort(entry.news)}"
    row = row_key(f"{RECORDS}{notification.id}", sort) | to_item(entry) | _expires(notification)
    delivery = Delivery(entry.news, append.channel_id, notification.id)
    return [_told(delivery, notification), put(row, NEW)]
