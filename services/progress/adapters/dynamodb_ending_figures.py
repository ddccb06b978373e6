"""EndingFigures in DynamoDB: a row for each transfer, and rows that its ending is added to.

Many transfers may end at once at one destination, and of two transactions on one row at the same
moment DynamoDB refuses one. Whoever is refused adds to another shard of the row. So rows have
shards only where there was a crowd, and readers read little else.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import Action, Table, put, row_key
from services.progress.adapters.figure_rows import (
    PARTITION,
    add,
    changes_of,
    day_figures,
    day_of,
    days,
)
from services.progress.domain.ending import EVERYBODY, OTHER, Counted, Ending, kept_until
from services.progress.domain.errors import FiguresBusy
from services.progress.domain.statistics import DayFigures

SHARDS = 8  # ten times as many workers at once find one of their own within a few tries
TRIES = 8  # with the waits between them less than two seconds
FIRST_WAIT, LONGEST_WAIT = 0.02, 0.3  # seconds; a transaction takes a hundredth
DAY = timedelta(days=1)
NEW, SAME = "attribute_not_exists(#pk)", "#sequence = :sequence"
IN_DAYS = "#pk = :pk AND #sk BETWEEN :first AND :after"


class DynamoDbEndingFigures:
    def __init__(
        self,
        client: Any,
        table: str,
        chance: Callable[[], float],
        pause: Callable[[float], object],
    ) -> None:
        """`chance` gives numbers from 0 to less than 1. `pause` waits for so many seconds."""
        self._table = Table(client, table)
        self._chance, self._pause = chance, pause

    def counted(self, transfer_id: str) -> Counted | None:
        row = self._table.read(_key(transfer_id))
        return from_item(Counted, row) if row else None

    def count(self, ending: Ending, before: Counted | None, now: datetime) -> bool:
        kept = before if before and kept_until(before.ending.day) > now else None
        busy, wait = FiguresBusy(ending.transfer_id), FIRST_WAIT
        counted = Counted(ending)
        for _ in range(TRIES):
            try:
                refused = self._table.write(_actions(counted, before, kept), busy, tries=1)
            except FiguresBusy:
                self._pause(wait * self._chance())
                wait = min(2 * wait, LONGEST_WAIT)
                counted = replace(counted, shard=int(SHARDS * self._chance()))
                continue
            if 0 in refused:
                return False
            if not refused:
                return True
            counted = replace(counted, ending=replace(counted.ending, reason=OTHER))
        raise busy

    def of(
        self, owner: str, first: date, until: date, destination: str | None = None
    ) -> Iterator[DayFigures]:
        if until < first:  # DynamoDB would refuse such a range
            return iter(())
        partition = f"{PARTITION}{owner}"
        if destination is None:
            values = {"pk": partition} | days(first, until)
            return map(day_figures, self._table.rows(IN_DAYS, values))
        # A question for each day. One for all of them would read the others' rows, too, and there
        # may be thousands of destinations.
        each_day = (first + DAY * number for number in range((until - first).days + 1))
        prefixes = (f"{day}#{destination}#" for day in each_day)
        found = (self._table.rows_under(partition, each) for each in prefixes)
        return map(day_figures, chain.from_iterable(found))

    def counted_since(self, oldest: date) -> date | None:
        values: dict[str, object] = {"pk": f"{PARTITION}{EVERYBODY}", "oldest": str(oldest)}
        rows = self._table.rows("#pk = :pk AND #sk >= :oldest", values, Limit=1)
        return next(map(day_of, rows), None)


def _key(transfer_id: str) -> Item:
    return row_key(f"COUNTED#{transfer_id}", "COUNTED")


def _actions(now: Counted, before: Counted | None, kept: Counted | None) -> list[Action]:
    """The transfer's own row comes first."""
    ending = now.ending
    row = _key(ending.transfer_id) | to_item(now)
    row["sequence"] = to_attribute(ending.sequence)
    row["expires_at"] = to_attribute(epoch_seconds(kept_until(ending.day)))
    values = {"sequence": before.ending.sequence} if before else {}
    actions = [put(row, SAME if before else NEW, **values)]
    for key, changes in changes_of(now, kept).items():
        adds = key[1:] == (ending.day, ending.destination, now.shard)
        actions.append(add(key, changes, ending.reason if adds else None))
    return actions
