"""When a message that was surely not delivered is sent again."""

from datetime import datetime, timedelta

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 900.0
MOST_ASKED_SECONDS = 6 * 3_600.0  # whoever asks for a longer wait is tried again after this one
SPREAD = 0.5  # so that messages that failed together do not come together again
TRIED_FOR = timedelta(hours=24)


def next_try_at(tries: int, asked_seconds: float | None, now: datetime, chance: float) -> datetime:
    """`tries` were made. The waits double. `chance` is between 0 and 1."""
    doublings = min(tries - 1, 10)  # enough for the longest, and no huge number
    seconds = min(LONGEST_SECONDS, FIRST_SECONDS * 2**doublings) * (1 + SPREAD * chance)
    asked = min(max(asked_seconds or 0.0, 0.0), MOST_ASKED_SECONDS) * (1 + SPREAD * chance / 5)
    return now + timedelta(seconds=max(seconds, asked))


def is_over(begun_at: datetime, at: datetime) -> bool:
    """Whether a try then would be too late."""
    return at > begun_at + TRIED_FOR
