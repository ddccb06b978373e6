"""Inventories in DynamoDB, in the partition of their transfer: INVENTORY#<id>#<page>."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from botocore.client import BaseClient

from runtime.dynamodb.items import Item
from runtime.dynamodb.table import ANYWAY, Action, Table, put, row_key
from services.transfer.adapters.dynamodb_ledger_rows import expiring
from services.transfer.adapters.dynamodb_transfer_store import partition_of
from services.transfer.domain.errors import StaleTransfer
from services.transfer.domain.inventory import ListedFile

SHARES_NAME = "shares"  # the last field, behind a refusal of two
LEVEL = 6  # of compression: a page of 250 names takes a millisecond
ROWS_AT_ONCE = 100  # of one transaction, which is DynamoDB's limit
BYTES_AT_ONCE = 2 << 20  # of its 4 MB, and one row more


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DynamoDbInventoryStore:
    """`now` is used only for the expiry of rows."""

    def __init__(
        self, client: BaseClient, table: str, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._table, self._now = Table(client, table), now

    def add(self, transfer_id: str, inventory: str, pages: Iterable[Sequence[ListedFile]]) -> int:
        rows: list[Action] = []
        size = total = 0
        for total, files in enumerate(pages, 1):
            packed = _packed(files)
            key = _key(transfer_id, inventory, total - 1)
            row = key | {"files": {"B": packed}} | expiring(self._now())
            rows.append(put(row, ANYWAY))
            size += len(packed)
            if len(rows) == ROWS_AT_ONCE or size > BYTES_AT_ONCE:
                self._write(rows, transfer_id)
                rows, size = [], 0
        if rows:
            self._write(rows, transfer_id)
        return total

    def page(self, transfer_id: str, inventory: str, number: int) -> Sequence[ListedFile]:
        row = self._table.read(_key(transfer_id, inventory, number))
        if row is None:
            raise ValueError(f"transfer {transfer_id} has no page {number} in {inventory}")
        return _files(row)

    def pages(self, transfer_id: str, inventory: str) -> Iterator[Sequence[ListedFile]]:
        rows = self._table.rows_under(partition_of(transfer_id), _prefix(inventory))
        return map(_files, rows)

    def _write(self, rows: list[Action], transfer_id: str) -> None:
        self._table.write(rows, StaleTransfer(transfer_id))


def _key(transfer_id: str, inventory: str, number: int) -> Item:
    return row_key(partition_of(transfer_id), f"{_prefix(inventory)}{number:05d}")


def _prefix(inventory: str) -> str:
    return f"INVENTORY#{inventory}#"


def _packed(files: Sequence[ListedFile]) -> bytes:
    text = json.dumps([_row(each) for each in files], separators=(",", ":"))
    return zlib.compress(text.encode(), LEVEL)


def _files(row: Item) -> list[ListedFile]:
    return [_file(each) for each in json.loads(zlib.decompress(bytes(row["files"]["B"])))]


def _row(file: ListedFile) -> list[object]:
    """A name is mostly the end of its key."""
    at = len(file.key) - len(file.name) if file.key.endswith(file.name) else file.name
    told: list[object] = [file.key, at, file.size_bytes, file.etag, file.modified.timestamp()]
    return [*told, *(file.refusal or ()), *([SHARES_NAME] if file.shares_name else ())]


def _file(row: list[object]) -> ListedFile:
    key, at, size, etag, modified, *more = row
    name = str(key)[at:] if isinstance(at, int) else str(at)
    when = datetime.fromtimestamp(float(str(modified)), UTC)
    shares, refused = len(more) % 2 == 1, None
    if len(more) > 1:
        refused = (str(more[0]), str(more[1]))
    return ListedFile(str(key), name, int(str(size)), str(etag), when, refused, shares)
