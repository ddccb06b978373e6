"""How long ServiceNow asks us to wait. Nothing it writes makes us wait for longer than an hour."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SHORTEST, LONGEST = 1.0, 3_600.0  # seconds; its limits are per hour
SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
NUMBER = re.compile(r"[0-9]{1,9}")
UNIX_TIME = re.compile(r"[0-9]{10}")


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """From Retry-After (seconds or a date), else from X-RateLimit-Reset. None: it does not say."""
    text = headers.get("retry-after", "").strip()
    wait = float(text) if SECONDS.fullmatch(text) else _until(_date(text), now)
    if wait is None:
        wait = reset_wait(headers, now)
    return None if wait is None else min(max(wait, SHORTEST), LONGEST)


def reset_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    text = headers.get("x-ratelimit-reset", "").strip()
    if not UNIX_TIME.fullmatch(text):
        return None
    return _until(datetime.fromtimestamp(int(text), UTC), now)


def hourly_limit(headers: Mapping[str, str]) -> int | None:
    text = headers.get("x-ratelimit-limit", "").strip()
    return int(text) if NUMBER.fullmatch(text) else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _until(then: datetime | None, now: datetime) -> float | None:
    return None if then is None else (then - now).total_seconds()
