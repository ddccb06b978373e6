"""What is known of transfers, and the news of them, in DynamoDB."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from runtime.dynamodb.batch_reads import read_rows
from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import Table, put, row_key
from services.notify.domain.errors import RecordBusy, RecordsNotRead
from services.notify.domain.known_transfer import KnownTransfer, News, NewsKey

# Events come up to 60 days late (runtime.dynamodb.inbox), and would tell again what is forgotten.
KEPT = timedelta(days=90)
KEPT_UNDER_WAY = timedelta(days=400)  # a paused transfer has no events
DUE_SHARDS = 8  # of the index, so that what is due is not all in one of its partitions


def due_places() -> Sequence[str]:
    return [f"DUE#{number}" for number in range(DUE_SHARDS)]


def due_place(name: str) -> str:
    return f"DUE#{crc32(name.encode()) % DUE_SHARDS}"


def partition_of(transfer_id: str) -> str:
    return f"T#{transfer_id}"


def news_sort(key: NewsKey) -> str:
    return f"{key.run}#{key.stage}"


class DynamoDbTransfers:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def read(self, transfer_id: str) -> KnownTransfer | None:
        row = self._table.read(row_key(partition_of(transfer_id), "STATE"))
        return from_item(KnownTransfer, row) if row else None

    def store(
        self, now: KnownTransfer, before: KnownTransfer | None, news: News | None = None
    ) -> bool:
        version = before.version if before else 0
        row = row_key(partition_of(now.id), "STATE")
        row |= to_item(replace(now, version=version + 1))
        if now.seen_at is not None:
            kept = KEPT if now.ended else KEPT_UNDER_WAY
            row |= {"expires_at": to_attribute(epoch_seconds(now.seen_at + kept))}
        if before is None:
            change = put(row, "attribute_not_exists(#pk)")
        else:
            change = put(row, "#version = :seen", seen=version)
        busy = RecordBusy(f"transfer {now.id!r}")
        told = [put(_news_row(news), "attribute_not_exists(#pk)")] if news else []
        refused = self._table.write([change, *told], busy)
        if refused == frozenset({1}):  # the news are known
            refused = self._table.write([change], busy)
        return not refused


class DynamoDbNewsDesk:
    def __init__(self, client: Any, table: str) -> None:
        self._client, self._name = client, table
        self._table = Table(client, table)

    def read(self, key: NewsKey) -> News | None:
        row = self._table.read(_news_key(key))
        return from_item(News, row) if row else None

    def read_many(self, keys: Iterable[NewsKey]) -> Sequence[News]:
        wanted = [_news_key(each) for each in dict.fromkeys(keys)]
        rows = read_rows(self._client, self._name, wanted, RecordsNotRead)
        return [from_item(News, row) for row in rows]

    def save(self, news: News) -> bool:
        row = _news_row(replace(news, version=news.version + 1))
        change = put(row, "#version = :seen", seen=news.version)
        return not self._table.write([change], RecordBusy(f"news of {news.fact.transfer_id!r}"))


def _news_key(key: NewsKey) -> Item:
    return row_key(partition_of(key.transfer_id), f"N#{news_sort(key)}")


def _news_row(news: News) -> Item:
    row = _news_key(news.key) | to_item(news)
    row |= {"expires_at": to_attribute(epoch_seconds(expiry(news.due_at)))}
    if not news.spread:
        row |= {"due_in": to_attribute(due_place(news.fact.transfer_id))}
    return row


def expiry(at: datetime) -> datetime:
    return at + KEPT
