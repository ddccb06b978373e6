"""Sizes, durations, rates and times as people read them."""

from datetime import UTC, datetime
from itertools import pairwise

BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
STEP = 1000
TIME_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def size_text(size_bytes: float) -> str:
    """'0 B', '999 B', '12.3 MB', '1.0 GB'. A unit is left as soon as it would show 1000 of it."""
    amount, unit = max(0.0, size_bytes), 0
    while unit < len(BYTE_UNITS) - 1 and round(amount, 1 if unit else 0) >= STEP:
        amount, unit = amount / STEP, unit + 1
    return f"{amount:.1f} {BYTE_UNITS[unit]}" if unit else f"{amount:.0f} B"


def rate_text(bytes_per_second: float) -> str:
    return f"{size_text(bytes_per_second)}/s"


def duration_text(seconds: float) -> str:
    """'under 1 s', '42 s', '2 min 5 s', '3 h', '4 d 6 h'. Two units, rounded to the smaller one."""
    whole = round(max(0.0, seconds))
    for (size, name), (small, small_name) in pairwise(TIME_UNITS):
        count, rest = divmod(round(whole / small) * small, size)
        if whole >= size:
            return f"{count} {name} {rest // small} {small_name}" if rest else f"{count} {name}"
    return f"{whole} s" if whole else "under 1 s"


def time_text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
