"""When a lease is over, although clocks differ."""

from datetime import datetime, timedelta

CLOCKS_DIFFER = timedelta(seconds=30)  # at most, of two workers; NTP keeps them within one second
LONGEST_LEASE = timedelta(seconds=180)  # the template allows no longer one


def is_over(until: datetime, now: datetime, mine: datetime) -> bool:
    """Whether a lease that ends at `until` may be taken over. `mine` is the end of the new lease,
    which may be near: a lane claims for as long as it has its own.

    No lease is longer than LONGEST_LEASE. So one that ends much later was written by a clock that
    runs ahead, and is not believed. The attempt numbers keep this safe in any case.
    """
    return until <= now or until > believed_until(now, mine)


def believed_until(now: datetime, mine: datetime) -> datetime:
    return max(mine, now + LONGEST_LEASE) + CLOCKS_DIFFER
