"""Reads how transfers ended: figures by day and destination, or by hour."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from contracts.statistics_api import MAX_DAYS, MAX_HOURLY_DAYS
from kernel.caller import SEE_ALL_TRANSFERS, Caller
from services.progress.domain.ending import EVERYBODY, FIGURES_KEPT_DAYS
from services.progress.domain.errors import FieldInvalid, OthersNotShown, TooManyFigures
from services.progress.domain.ports import Ports
from services.progress.domain.statistics import DayFigures, Statistics, StatisticsQuery
from services.progress.domain_services.local_days import zone_of
from services.progress.domain_services.statistics_rows import rows_of

DAY = timedelta(days=1)
FEWER = "Ask for fewer days, or for one destination."
# Rows of an answer and the reasons in them. With the longest names that is less than the 6 MB that
# a function may answer.
MOST_ENTRIES = 25_000
MOST_READ = 40_000  # rows of the table: 10 MB usually, 70 MB at most, which takes some 20 s


def read_statistics(query: StatisticsQuery, caller: Caller, *, ports: Ports) -> Statistics:
    """Raises OthersNotShown, FieldInvalid, TooManyFigures."""
    if query.owner not in (None, caller.name) and not caller.has(SEE_ALL_TRANSFERS):
        raise OthersNotShown(tuple(sorted(SEE_ALL_TRANSFERS)))
    zone = _checked_zone(query)
    query = replace(query, owner=query.owner or caller.name)
    today = ports.now().date()
    rows = rows_of(query, zone, _found(query, today, ports))
    if sum(1 + len(each.reasons) for each in rows) > MOST_ENTRIES:
        raise TooManyFigures(MOST_ENTRIES, FEWER)
    return Statistics(ports.figures.counted_since(today - FIGURES_KEPT_DAYS * DAY), rows)


def _checked_zone(query: StatisticsQuery) -> ZoneInfo:
    most = MAX_HOURLY_DAYS if query.by_hour else MAX_DAYS
    if query.until < query.first:
        raise FieldInvalid("until", str(query.until), "Give `from` or a day after it.")
    if (query.until - query.first).days >= most:
        kind = "by the hour" if query.by_hour else "by the day"
        raise FieldInvalid("from", str(query.first), f"Ask for at most {most} days {kind}.")
    zone = zone_of(query.time_zone)
    if zone is None:
        advice = "There is no such time zone. Send one like Europe/Berlin."
        raise FieldInvalid("time_zone", query.time_zone, advice)
    return zone


def _found(query: StatisticsQuery, today: date, ports: Ports) -> Iterator[DayFigures]:
    """A day of a zone lies within three days of UTC. What is not kept any more, and what is still
    to come, is not looked for."""
    first = max(query.first, today - FIGURES_KEPT_DAYS * DAY) - DAY
    until = min(query.until, today + DAY) + DAY
    found = ports.figures.of(query.owner or EVERYBODY, first, until, query.destination)
    for read, each in enumerate(found, 1):
        if read > MOST_READ:
            raise TooManyFigures(MOST_READ, FEWER)
        yield each
