"""When a lease is over, although clocks differ."""

from datetime import datetime, timedelta

CLOCKS_DIFFER = timedelta(seconds=30)  # at most, of two workers; NTP keeps them within one second


def is_over(until: datetime, now: datetime, mine: datetime) -> bool:
    """Whether a lease that ends at `until` may be taken over. `mine` is the end of the new lease.

    All leases are given for the same time. So a lease that ends much later than `mine` was written
    by a clock that runs ahead, and is not believed. The attempt numbers keep this safe in any case.
    """
    return until <= now or until > mine + CLOCKS_DIFFER
