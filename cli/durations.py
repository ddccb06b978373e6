"""Lengths of time: as people read them, and as they write them in an option."""

import re
from datetime import timedelta
from itertools import pairwise

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
_WRITTEN = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s?)?")


def duration_text(seconds: float) -> str:
    """Two units at most: '2 min 5 s'. What is left over is cut off, and nothing is negative."""
    rest = max(0, int(seconds))
    for (name, size), (smaller, small_size) in pairwise(_UNITS):
        if rest >= size:
            less = rest % size // small_size
            return f"{rest // size} {name}" + (f" {less} {smaller}" if less else "")
    return f"{rest} s"


def parsed_duration(text: str) -> timedelta:
    """90, 90s, 5m, 2h or 1h30m. Raises ValueError for everything else."""
    match = _WRITTEN.fullmatch(text.strip().lower())
    if not match or not any(match.groups()):
        raise ValueError(f"'{text}' is no length of time: write it as 90s, 5m or 2h.")
    days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise ValueError("Give a time that is longer than nothing: 90s, 5m or 2h.")
    return length
