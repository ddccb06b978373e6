"""Which destinations transfers went to, a row each, in one partition."""

from botocore.client import BaseClient

from runtime.dynamodb.table import ANYWAY, Table, put, row_key
from services.notify.domain.errors import RecordBusy

PARTITION = "DESTINATIONS"


class DynamoDbDestinations:
    """Implements Destinations."""

    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def see(self, destination_id: str) -> None:
        key = row_key(PARTITION, destination_id)
        if self._table.read(key) is None:  # a read costs less than a write, and most are known
            self._table.write([put(key, ANYWAY)], RecordBusy(f"destination {destination_id!r}"))

    def seen(self) -> frozenset[str]:
        rows = self._table.rows("#pk = :pk", {"pk": PARTITION})
        return frozenset(row["sk"]["S"] for row in rows)
