"""KnownTransfers in DynamoDB: one row for each transfer."""

from datetime import datetime

from botocore.client import BaseClient

from runtime.dynamodb.items import epoch_seconds, to_attribute, to_item
from runtime.dynamodb.projection import Position, write_newer
from runtime.dynamodb.table import Table, row_key
from services.agent.domain.errors import KnownTransferBusy
from services.agent.domain.known_transfer import KnownTransfer


class DynamoDbKnownTransfers:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def keep(self, told: KnownTransfer, *, expires_at: datetime) -> None:
        row = row_key(f"T#{told.transfer_id}", "KNOWN") | to_item(told)
        row["expires_at"] = to_attribute(epoch_seconds(expires_at))
        position = Position(told.sequence, told.occurred_at)
        write_newer(self._table, row, position, KnownTransferBusy(told.transfer_id))
