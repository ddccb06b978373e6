"""How a transfer ended, and what that adds to the figures."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

EVERYBODY = "*"  # whose figures; no user has this name
REASON = "reason_"  # before a code: how often it was the reason of a failure
OTHER = "other"
MOST_CODES = 30  # different ones in a day at a destination; failures of more are of `other`
CODE = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
FIGURES_KEPT_DAYS = 400
# So that of the oldest day every hour is there, wherever somebody's day begins.
KEPT = timedelta(days=FIGURES_KEPT_DAYS + 2)

Figures = Mapping[str, int]  # by their names: those of Outcome, BYTES, MILLISECONDS, and reasons
BYTES, MILLISECONDS = "bytes", "milliseconds"


class Outcome(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Ending:
    """Of two endings of a transfer the one with the larger `sequence` is newer.

    `bytes_sent` and `milliseconds` are of one that completed, `reason` of one that failed.
    """

    transfer_id: str
    sequence: int
    owner: str
    destination: str
    outcome: Outcome
    ended_at: datetime
    bytes_sent: int = 0
    milliseconds: int = 0
    reason: str | None = None

    @property
    def day(self) -> date:
        """In UTC, as `hour`."""
        return self.ended_at.date()

    @property
    def hour(self) -> int:
        return self.ended_at.hour

    @property
    def figures(self) -> Counter[str]:
        found = Counter({self.outcome.value: 1})
        if self.outcome is Outcome.COMPLETED:
            found |= Counter({BYTES: self.bytes_sent, MILLISECONDS: self.milliseconds})
        if self.reason is not None:
            found[f"{REASON}{self.reason}"] = 1
        return found


@dataclass(frozen=True)
class Counted:
    """An ending as it was counted. `shard` says in which of several rows for the same figures."""

    ending: Ending
    shard: int = 0


def kept_until(day: date) -> datetime:
    """How long the figures of a day are kept."""
    return datetime.combine(day, time(), UTC) + KEPT


def reason_of(code: str) -> str:
    """A code that nobody of ours would give is counted without its text."""
    return code if CODE.fullmatch(code) else OTHER
