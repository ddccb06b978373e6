"""Hours of UTC as they fall into the days of a time zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOUR = timedelta(hours=1)
MOST_DAYS = 1_000  # of all zones: more than one answer asks for


def zone_of(name: str) -> ZoneInfo | None:
    """None when there is no such time zone. A folder of the database is none either."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(MOST_DAYS)
def local_days(day: date, zone: ZoneInfo) -> Sequence[date]:
    """The local day in which each of the 24 hours of a day of UTC begins."""
    begin = hour_of(day, 0)
    return [(begin + hour * HOUR).astimezone(zone).date() for hour in range(24)]


def hour_of(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
