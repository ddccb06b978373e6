"""Audiences in DynamoDB.

The first shard of a transfer's watchers shares the partition with the transfer. So one query reads
what is told, what was told last, and whom to tell. Other shards have partitions of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from runtime.dynamodb.batch_reads import read_rows
from runtime.dynamodb.items import Item, epoch_seconds, from_item, instant, to_attribute, to_item
from runtime.dynamodb.table import ANYWAY, Table, delete, put, row_key, update
from services.progress.adapters.dynamodb_live_transfers import STATE, known_transfer
from services.progress.adapters.dynamodb_watches import (
    PREFIX,
    key_of,
    partition,
    watch_key,
    watch_of,
)
from services.progress.domain.audience import PAGE, Audience, Watch, WatchPage, of_transfer
from services.progress.domain.errors import StatesNotRead, TransferBusy
from services.progress.domain.ports import Look
from services.progress.domain.telling import Told

SHARDS, TOLD = "AUDIENCE", "TOLD"
SHARDS_KEPT = timedelta(days=1)  # much longer than a connection, so that it is seldom prolonged
TOLD_KEPT = timedelta(days=2)
MORE = 4  # rows of one call, beside a page of watches: the transfer's three, and the next watch


class DynamoDbAudiences:
    def __init__(self, client: Any, table: str, page: int = PAGE) -> None:
        self._client, self._name, self._page = client, table, page
        self._table = Table(client, table)

    def look(self, transfer_id: str, now: datetime) -> Look:
        audience = of_transfer(transfer_id)
        rows = iter(self._rows(audience, 0, ""))
        found: dict[str, Item] = {}
        first: list[Item] = []
        for row in rows:
            if row["sk"]["S"].startswith(PREFIX):
                first.append(row)
                break
            found[row["sk"]["S"]] = row
        known = known_transfer(found[STATE]) if STATE in found else None
        told = from_item(Told, found[TOLD]) if TOLD in found else None
        page = self._read_page(_chained(first, rows), audience, 0, now)
        return Look(known, told, _shards(found.get(SHARDS), now), page)

    def shards(self, audience: Audience, now: datetime) -> int:
        return _shards(self._table.read(row_key(audience.name, SHARDS)), now)

    def keep_shards(
        self, audiences: Sequence[Audience], now: datetime, until: datetime
    ) -> Mapping[Audience, int]:
        keys = [row_key(each.name, SHARDS) for each in audiences]
        found = read_rows(self._client, self._name, keys, StatesNotRead)
        rows = {row["pk"]["S"]: row for row in found}
        for row in rows.values():
            if _shards(row, now) > 1 and row["until"]["S"] <= instant(until):
                self._prolong(row, until)
        return {each: _shards(rows.get(each.name), now) for each in audiences}

    def _prolong(self, row: Item, until: datetime) -> None:
        """Whoever has a watch in a shard needs the row. Another one may grow or prolong it now."""
        kept = update(
            row_key(row["pk"]["S"], SHARDS),
            "SET #until = :until, #expires_at = :expires_at",
            "#shards >= :shards",
            shards=int(row["shards"]["N"]),
            **_kept(until),
        )
        self._table.write([kept], StatesNotRead(1))

    def grow(self, audience: Audience, shards: int, now: datetime) -> None:
        row = {name: to_attribute(value) for name, value in _kept(now).items()}
        grown = row_key(audience.name, SHARDS) | row | {"shards": to_attribute(2 * shards)}
        unchanged = "attribute_not_exists(#pk) OR #shards = :shards OR #until < :now"
        self._table.write(
            [put(grown, unchanged, shards=shards, now=now)], TransferBusy(audience.name)
        )

    def page(
        self,
        audience: Audience,
        shard: int,
        now: datetime,
        after: str = "",
        until: str | None = None,
    ) -> WatchPage:
        rows = self._rows(audience, shard, f"{PREFIX}{after}")
        return self._read_page(rows, audience, shard, now, until)

    def claim(self, told: Told, before: Told | None) -> bool:
        row = row_key(f"T#{told.transfer_id}", TOLD) | to_item(told)
        row["expires_at"] = to_attribute(epoch_seconds(told.at + TOLD_KEPT))
        unchanged, values = "attribute_not_exists(#pk)", {}
        if before is not None:
            unchanged = "#epoch = :epoch AND #seq = :seq AND #at = :at"
            values = {"epoch": before.epoch, "seq": before.seq, "at": before.at}
        action = put(row, unchanged, **values)
        return not self._table.write([action], TransferBusy(told.transfer_id))

    def fall_behind(self, watch: Watch, until: datetime, now: datetime) -> bool:
        fallen = update(
            key_of(watch),
            "SET #behind_until = :until",
            "attribute_exists(#pk) AND"
            " (attribute_not_exists(#behind_until) OR #behind_until <= :now)",
            until=until,
            now=now,
        )
        return not self._table.write([fallen], TransferBusy(watch.audience.name))

    def catch_up(self, audience: Audience, shard: int, connection_id: str) -> bool:
        key = watch_key(audience, shard, connection_id)
        caught = update(key, "REMOVE #behind_until", "attribute_exists(#pk)")
        return not self._table.write([caught], TransferBusy(audience.name))

    def watch(
        self, audience: Audience, shard: int, connection_id: str, now: datetime
    ) -> Watch | None:
        row = self._table.read(watch_key(audience, shard, connection_id))
        watch = watch_of(row, audience, shard) if row else None
        return watch if watch and watch.ends_at > now else None

    def leave(self, watch: Watch) -> None:
        self._table.write([delete(key_of(watch), ANYWAY)], TransferBusy(watch.audience.name))

    def _rows(self, audience: Audience, shard: int, after: str) -> Iterable[Item]:
        values: dict[str, object] = {"pk": partition(audience, shard), "after": after}
        condition = "#pk = :pk AND #sk > :after" if after else "#pk = :pk"
        if not after:
            del values["after"]
        return self._table.rows(condition, values, Limit=self._page + MORE)

    def _read_page(
        self,
        rows: Iterable[Item],
        audience: Audience,
        shard: int,
        now: datetime,
        until: str | None = None,
    ) -> WatchPage:
        """Reads no further than to the first watch of the next page."""
        found: list[Watch] = []
        for row in rows:
            watch = watch_of(row, audience, shard)
            if until is not None and watch.connection_id > until:
                break
            if watch.ends_at <= now:
                continue
            if len(found) == self._page:
                return WatchPage(found, found[-1].connection_id)
            found.append(watch)
        return WatchPage(found)


def _shards(row: Item | None, now: datetime) -> int:
    if row is None or row["until"]["S"] < instant(now):
        return 1
    return int(row["shards"]["N"])


def _kept(at: datetime) -> dict[str, datetime | int]:
    until = at + SHARDS_KEPT
    return {"until": until, "expires_at": epoch_seconds(until)}


def _chained(first: Iterable[Item], rest: Iterable[Item]) -> Iterable[Item]:
    yield from first
    yield from rest
