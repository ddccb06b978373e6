"""Inventories in DynamoDB, in the partition of their transfer: INVENTORY#<id>#<page>."""

import json
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from botocore.client import BaseClient

from runtime.dynamodb.items import Item
from runtime.dynamodb.table import ANYWAY, Table, put, row_key
from services.transfer.adapters.dynamodb_ledger_rows import expiring
from services.transfer.adapters.dynamodb_transfer_store import partition_of
from services.transfer.domain.errors import StaleTransfer
from services.transfer.domain.inventory import ListedFile

SHARES_NAME = "shares"  # in the place of a refusal
LEVEL = 6  # of compression: a page of 250 names takes a millisecond


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DynamoDbInventoryStore:
    """`now` is used only for the expiry of rows."""

    def __init__(
        self, client: BaseClient, table: str, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._table, self._now = Table(client, table), now

    def add(
        self, transfer_id: str, inventory: str, number: int, files: Sequence[ListedFile]
    ) -> None:
        text = json.dumps([_row(each) for each in files], separators=(",", ":"))
        packed = zlib.compress(text.encode(), LEVEL)
        row = _key(transfer_id, inventory, number) | {"files": {"B": packed}}
        self._table.write([put(row | expiring(self._now()), ANYWAY)], StaleTransfer(transfer_id))

    def page(self, transfer_id: str, inventory: str, number: int) -> Sequence[ListedFile]:
        row = self._table.read(_key(transfer_id, inventory, number))
        if row is None:
            raise ValueError(f"transfer {transfer_id} has no page {number} in {inventory}")
        return [_file(each) for each in json.loads(zlib.decompress(bytes(row["files"]["B"])))]


def _key(transfer_id: str, inventory: str, number: int) -> Item:
    return row_key(partition_of(transfer_id), f"INVENTORY#{inventory}#{number:05d}")


def _row(file: ListedFile) -> list[object]:
    """A name is mostly the end of its key."""
    at = len(file.key) - len(file.name) if file.key.endswith(file.name) else file.name
    told: list[object] = [file.key, at, file.size_bytes, file.etag, file.modified.timestamp()]
    if file.refusal is None:
        return [*told, SHARES_NAME] if file.shares_name else told
    return [*told, *file.refusal]


def _file(row: list[object]) -> ListedFile:
    key, at, size, etag, modified, *refusal = row
    name = str(key)[at:] if isinstance(at, int) else str(at)
    when = datetime.fromtimestamp(float(str(modified)), UTC)
    shares = refusal == [SHARES_NAME]
    refused = (str(refusal[0]), str(refusal[1])) if refusal and not shares else None
    return ListedFile(str(key), name, int(str(size)), str(etag), when, refused, shares)
