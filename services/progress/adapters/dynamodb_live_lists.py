"""LiveLists in DynamoDB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from runtime.dynamodb.batch_reads import read_rows
from runtime.dynamodb.items import epoch_seconds
from runtime.dynamodb.table import Table
from services.progress.adapters.dynamodb_live_transfers import (
    EVERYBODYS,
    known_transfer,
    lists_of,
    state_key,
)
from services.progress.domain.errors import StatesNotRead
from services.progress.domain.known_transfer import KnownTransfer

_PREFIX = "T#"


class DynamoDbLiveLists:
    def __init__(self, client: Any, table: str) -> None:
        self._client, self._name = client, table
        self._table = Table(client, table)

    def ids(self, owner: str | None, now: datetime) -> Sequence[str]:
        partition, _ = lists_of(EVERYBODYS if owner is None else owner)
        return [
            row["sk"]["S"].removeprefix(_PREFIX)
            for row in self._table.rows_under(partition, _PREFIX)
            if int(row["expires_at"]["N"]) > epoch_seconds(now)
        ]

    def read_many(self, transfer_ids: Iterable[str]) -> Mapping[str, KnownTransfer]:
        keys = [state_key(each) for each in dict.fromkeys(transfer_ids)]
        found = map(known_transfer, read_rows(self._client, self._name, keys, StatesNotRead))
        return {known.transfer_id: known for known in found}
