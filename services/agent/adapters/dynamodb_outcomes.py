"""Outcomes in DynamoDB: a row for each destination, period, kind and size class.

A row has an attribute for each of its figures: c13_57 counts those that were asked for from 13:00
and completed, and whose time is in bucket 57; f13 counts those that failed. The consumer runs at
most four times at once (template), so few meet at a row.
"""

import re
from collections import Counter
from datetime import date, datetime, timedelta

from botocore.client import BaseClient

from runtime.dynamodb.inbox import Consumed, write_once
from runtime.dynamodb.items import Item, epoch_seconds
from runtime.dynamodb.table import ANYWAY, Table, row_key, update
from services.agent.domain.errors import OutcomesBusy
from services.agent.domain.histogram import bucket_of
from services.agent.domain.outcome import Ended, Learned, Slot, Tally

CONSUMER = "outcomes"
PERIOD_DAYS = 10  # a row of months could not grow old bit by bit
ATTRIBUTE = re.compile(r"c(\d\d)_(\d+)|f(\d\d)")
KINDS = {True: "many", False: "one"}
RECENT = "#pk = :pk AND #sk >= :oldest"


class DynamoDbOutcomes:
    def __init__(self, client: BaseClient, table: str, keep_for: timedelta) -> None:
        self._table, self._keep_for = Table(client, table), keep_for

    def count(self, ended: Ended, event_id: str, now: datetime) -> None:
        slot, period = ended.slot, period_of(ended.ended_at.date())
        place = row_key(
            f"OUTCOMES#{ended.destination_id}", f"{period}#{KINDS[slot.many]}#{slot.size:02}"
        )
        figure = f"c{slot.hour:02}_{bucket_of(ended.seconds)}"
        if not ended.completed:
            figure = f"f{slot.hour:02}"
        change = f"SET #expires_at = :expires_at ADD #{figure} :{figure}"
        values = {figure: 1, "expires_at": epoch_seconds(self._expires_at(period))}
        counted = update(place, change, ANYWAY, **values)
        consumed = Consumed(event_id, CONSUMER, now)
        write_once(self._table, consumed, [counted], OutcomesBusy(ended.destination_id))

    def learned(self, destination_id: str, now: datetime) -> Learned:
        oldest = period_of((now - self._keep_for).date())
        values: dict[str, object] = {"pk": f"OUTCOMES#{destination_id}", "oldest": str(oldest)}
        tallies: dict[Slot, Tally] = {}
        for row in self._table.rows(RECENT, values):
            for slot, tally in _tallies(row).items():
                tallies[slot] = tallies.get(slot, Tally()) + tally
        return Learned(tallies, self._keep_for.days)

    def _expires_at(self, period: date) -> datetime:
        """When nothing in it counts any more."""
        end = datetime.fromisoformat(f"{period}T00:00:00+00:00") + timedelta(days=PERIOD_DAYS)
        return end + self._keep_for


def period_of(day: date) -> date:
    """The first day of it."""
    return date.fromordinal(day.toordinal() - day.toordinal() % PERIOD_DAYS)


def _tallies(row: Item) -> dict[Slot, Tally]:
    """By slot. Attributes that are no figures are passed over."""
    _, kind, size = row["sk"]["S"].split("#")
    took: dict[int, Counter[int]] = {}
    failed: Counter[int] = Counter()
    for attribute, value in row.items():
        if found := ATTRIBUTE.fullmatch(attribute):
            completed_at, bucket, failed_at = found.groups()
            if completed_at is not None:
                took.setdefault(int(completed_at), Counter())[int(bucket)] += int(value["N"])
            else:
                failed[int(failed_at)] += int(value["N"])
    return {
        Slot(kind == KINDS[True], int(size), hour): Tally(took.get(hour, {}), failed[hour])
        for hour in took.keys() | failed.keys()
    }
