"""Handovers of sessions in DynamoDB. Each user has one row for them, so one code at a time."""

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import ANYWAY, Table, delete, put, row_key
from services.auth.adapters.dynamodb_user_store import partition_of
from services.auth.domain.errors import HandoverRefused
from services.auth.domain.handover import Handover


class DynamoDbHandoverStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def keep(self, handover: Handover) -> None:
        expires_at = {"expires_at": to_attribute(epoch_seconds(handover.expires_at))}
        row = _key(handover.user) | to_item(handover) | expires_at
        self._table.write([put(row, ANYWAY)], busy=_busy())

    def read(self, user: str) -> Handover | None:
        row = self._table.read(_key(user))
        return from_item(Handover, row) if row else None

    def take(self, handover: Handover) -> bool:
        same = delete(
            _key(handover.user), "#secret_hash = :secret_hash", secret_hash=handover.secret_hash
        )
        return not self._table.write([same], busy=_busy())


def _busy() -> HandoverRefused:
    return HandoverRefused("others use a code of the same user at this moment")


def _key(user: str) -> Item:
    return row_key(partition_of(user), "HANDOVER")
