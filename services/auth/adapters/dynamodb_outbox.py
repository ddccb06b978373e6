"""The outbox of all records of the auth service in DynamoDB; a record is named by its partition."""

from datetime import datetime

from botocore.client import BaseClient

from runtime.dynamodb.outbox import Claim, claim, give_back, mark_published
from runtime.dynamodb.table import Table
from services.auth.domain.errors import OutboxBusy


class DynamoDbOutbox:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def claim_event(
        self, partition: str, event_id: str, holder: str, now: datetime, until: datetime
    ) -> bool:
        wish = Claim(holder, now, until)
        return claim(self._table, partition, event_id, wish, OutboxBusy(event_id))

    def mark_published(self, partition: str, event_id: str) -> None:
        mark_published(self._table, partition, event_id, OutboxBusy(event_id))

    def give_back_event(self, partition: str, event_id: str) -> None:
        give_back(self._table, partition, event_id, OutboxBusy(event_id))
