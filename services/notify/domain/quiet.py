"""Quiet hours: when a channel is silent, and until when."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.notify.domain.channel import QuietHours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)


def zone_of(name: str) -> ZoneInfo | None:
    """None when there is no such time zone. A folder of the database is none either."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def quiet_until(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """When the quiet that holds now ends. None when it is not quiet.

    Quiet hours that follow each other without a gap are one. A zone that is no longer known keeps
    nothing silent.
    """
    zone = zone_of(quiet.time_zone) if quiet else None
    if quiet is None or zone is None:
        return None
    end = now
    for _ in range(len(DAYS) + 1):
        ends = _ends_after(quiet, zone, end)
        if ends is None:
            break
        end = ends
    return end if end > now else None


def _ends_after(quiet: QuietHours, zone: ZoneInfo, at: datetime) -> datetime | None:
    today = at.astimezone(zone).date()
    for day in (today - DAY, today):
        if DAYS[day.weekday()] not in quiet.days:
            continue
        begins, ends = _period(quiet, zone, day)
        if begins <= at < ends:
            return ends
    return None


def _period(quiet: QuietHours, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """Where a clock is put back, a time of day comes twice. Then it is quiet from the first to the
    second, so that it is never shorter than people read from their clocks."""
    begins, ends = time.fromisoformat(quiet.begins), time.fromisoformat(quiet.ends)
    last = day if ends > begins else day + DAY
    return _instant(zone, day, begins, fold=0), _instant(zone, last, ends, fold=1)


def _instant(zone: ZoneInfo, day: date, clock: time, fold: int) -> datetime:
    """A time that a clock skips, because it is put forward, stands for the moment of the skip."""
    local = datetime.combine(day, clock, zone)
    early, late = (local.replace(fold=each).astimezone(UTC) for each in (0, 1))
    if early <= late:  # equal, or the time comes twice
        return late if fold else early
    return _skip_between(late, early, zone)


def _skip_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which the clock has the offset of `after`."""
    offset = after.astimezone(zone).utcoffset()
    minutes = int((after - before) / timedelta(minutes=1))
    moments = (before + timedelta(minutes=each) for each in range(minutes + 1))
    return next(each for each in moments if each.astimezone(zone).utcoffset() == offset)
