"""Which activities of Teams are answered, in DynamoDB."""

from datetime import datetime, timedelta
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, instant, to_attribute
from runtime.dynamodb.table import ANYWAY, Table, put, row_key
from services.agent.domain.teams import LEASE
from services.agent.domain.teams_errors import TeamsBusy
from services.agent.domain.teams_ports import Begun

KEPT = timedelta(days=14)  # as long as a queue keeps a message
FREE = "attribute_not_exists(#pk) OR (attribute_not_exists(#answered) AND #until <= :now)"


class DynamoDbArrivals:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def begin(self, key: str, holder: str, now: datetime) -> Begun:
        claim = {"holder": to_attribute(holder), "until": to_attribute(now + LEASE)}
        row = _key(key) | claim | _expiry(now)
        if not self._table.write([put(row, FREE, now=instant(now))], _busy(key)):
            return Begun.MINE
        found = self._table.read(_key(key))
        answered = found is not None and "answered" in found
        return Begun.ANSWERED if answered else Begun.BEING_ANSWERED

    def end(self, key: str, now: datetime) -> None:
        row = _key(key) | {"answered": to_attribute(now)} | _expiry(now)
        self._table.write([put(row, ANYWAY)], _busy(key))


def _key(key: str) -> Item:
    return row_key(f"TEAMS#{key}", "ACTIVITY")


def _busy(key: str) -> TeamsBusy:
    return TeamsBusy(f"activity {key}")


def _expiry(now: datetime) -> Item:
    return {"expires_at": to_attribute(epoch_seconds(now + KEPT))}
