"""Adds figures up: for each local day and destination, or for each hour."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.progress.domain.statistics import DayFigures, Row, StatisticsQuery
from services.progress.domain_services.local_days import hour_of, local_days


def rows_of(query: StatisticsQuery, zone: ZoneInfo, found: Iterable[DayFigures]) -> Sequence[Row]:
    """Those of the query's days that are not empty, in order of time, then of destinations."""
    rows = _by_hour(query, zone, found) if query.by_hour else _by_day(query, zone, found)
    return [each for each in rows if not each.is_empty]


def _by_day(query: StatisticsQuery, zone: ZoneInfo, found: Iterable[DayFigures]) -> Sequence[Row]:
    sums: dict[tuple[date, str], Counter[str]] = {}
    for each in found:
        days = local_days(each.day, zone)
        for hour, figures in each.hours.items():
            if query.has_day(days[hour]):
                sums.setdefault((days[hour], each.destination), Counter()).update(figures)
    ordered = sorted(sums.items(), key=lambda each: each[0])
    return [Row(sum_, day=day, destination=name) for (day, name), sum_ in ordered]


def _by_hour(query: StatisticsQuery, zone: ZoneInfo, found: Iterable[DayFigures]) -> Sequence[Row]:
    sums: dict[datetime, Counter[str]] = {}
    for each in found:
        days = local_days(each.day, zone)
        for hour, figures in each.hours.items():
            if query.has_day(days[hour]):
                sums.setdefault(hour_of(each.day, hour), Counter()).update(figures)
    ordered = sorted(sums.items(), key=lambda each: each[0])
    return [Row(sum_, hour=hour) for hour, sum_ in ordered]
