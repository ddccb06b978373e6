"""Points in time as users write them, and as they are shown: in the time of this computer."""

import re
from datetime import UTC, datetime, timedelta

from cli.errors import UsageFailed
from cli.escaping import escaped

_AGO = re.compile(r"([0-9]{1,6})(s|m|h|d|w)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
FORMS = "2h, 3d, 2026-11-02 or 2026-11-02T12:00:00Z"


def point_in_time(text: str, now: datetime) -> str:
    """RFC 3339 in UTC, rounded to nothing. A day begins at midnight here. Raises UsageFailed."""
    try:
        if ago := _AGO.fullmatch(text):
            moment = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        elif _DAY.fullmatch(text):
            moment = datetime.fromisoformat(text).astimezone()
        else:
            moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            raise UsageFailed(f"{escaped(text)!r} says no zone: write Z or +01:00 at its end.")
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise UsageFailed(f"{escaped(text)!r} is no time: write {FORMS}.") from None


def local_time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    try:
        return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):  # a year that this computer does not have
        return moment.isoformat(" ", "seconds")
