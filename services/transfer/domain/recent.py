"""Whether something was done a short while ago."""

from datetime import datetime


def is_recent(at: datetime | None, now: datetime, seconds: float) -> bool:
    """A clock that was set back counts as a long while."""
    return at is not None and 0 <= (now - at).total_seconds() < seconds
