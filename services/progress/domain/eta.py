"""How long the rest takes, in words. Every client shows these, so that all of them say the same."""

from itertools import pairwise

UNKNOWN = "unknown"
UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
LONGEST_SECONDS = 100 * 86_400
TOO_LONG = "over 100 d"


def eta_text(low_seconds: float, high_seconds: float) -> str:
    """'2 min 5 s' or '1 h to 1 h 10 min'. It is never negative."""
    low, high = duration_text(low_seconds), duration_text(high_seconds)
    return low if low == high else f"{low} to {high}"


def duration_text(seconds: float) -> str:
    """Two units at most, rounded to the smaller one."""
    if seconds >= LONGEST_SECONDS:
        return TOO_LONG
    whole = round(max(0.0, seconds))
    for (size, name), (small, small_name) in pairwise(UNITS):
        count, rest = divmod(round(whole / small) * small, size)
        if whole >= size:
            return f"{count} {name} {rest // small} {small_name}" if rest else f"{count} {name}"
    return f"{whole} s"
