"""Counts in DynamoDB how many tokens of the model each user has taken on a day."""

from datetime import UTC, date, datetime, time, timedelta

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds
from runtime.dynamodb.table import ANYWAY, Table, row_key, update
from services.agent.domain.errors import RecordBusy

KEPT = timedelta(days=35)  # so that a month can be looked at
CHANGE = "SET #expires_at = :expires_at ADD #taken :tokens"


class DynamoDbBudget:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def taken(self, user: str, day: date) -> int:
        row = self._table.read(_key(user, day))
        return int(row["taken"]["N"]) if row else 0

    def take(self, user: str, day: date, tokens: int, most: int) -> bool:
        if tokens > most:
            return False
        room = "attribute_not_exists(#pk) OR #taken <= :room"
        values = {"tokens": tokens, "expires_at": _end(day), "room": most - tokens}
        change = update(_key(user, day), CHANGE, room, **values)
        return not self._table.write([change], _busy(user))

    def give_back(self, user: str, day: date, tokens: int) -> None:
        values = {"tokens": -tokens, "expires_at": _end(day)}
        self._table.write([update(_key(user, day), CHANGE, ANYWAY, **values)], _busy(user))


def _key(user: str, day: date) -> Item:
    return row_key(f"B#{user}", f"DAY#{day.isoformat()}")


def _end(day: date) -> int:
    return epoch_seconds(datetime.combine(day, time(), UTC) + KEPT)


def _busy(user: str) -> RecordBusy:
    return RecordBusy(f"the tokens of {user!r}")
