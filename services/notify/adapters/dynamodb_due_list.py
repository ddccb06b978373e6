"""What is due, found by the table's index."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from typing import Any

from runtime.dynamodb.items import Item, from_item, instant
from runtime.dynamodb.table import Table
from services.notify.adapters.dynamodb_transfers import due_places
from services.notify.domain.known_transfer import News
from services.notify.domain.notification import Notification
from services.notify.domain.nudge import Nudge, Send, Spread


class DynamoDbDueList:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def due(self, now: datetime) -> Iterator[Nudge]:
        lists = [self._in(place, now) for place in due_places()]
        for row in merge(*lists, key=lambda each: str(each["due_at"]["S"])):
            yield _nudge(row)

    def _in(self, place: str, now: datetime) -> Iterator[Item]:
        values: dict[str, object] = {"place": place, "now": instant(now)}
        condition = "#due_in = :place AND #due_at <= :now"
        return self._table.rows(condition, values, IndexName="due")


def _nudge(row: Item) -> Nudge:
    if row["sk"]["S"] == "MESSAGE":
        return Send(from_item(Notification, row).id)
    key = from_item(News, row).key
    return Spread(key.transfer_id, key.run, key.stage)
