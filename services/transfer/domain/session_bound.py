"""How many sessions a partner had open when it refused one more. No more are opened for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

RAISED_SECONDS = 600.0  # a wrong guess must not bind for long


@dataclass(frozen=True)
class SessionBound:
    """It holds for lanes of every kind and for steps. It begins anew with each refusal."""

    destination_id: str
    sessions: int
    since: datetime

    def gives_way_to(self, other: "SessionBound") -> bool:
        """An earlier count that comes late says nothing any more."""
        return self.since <= other.since or self.since > other.wrong_clock

    @property
    def wrong_clock(self) -> datetime:
        """What was counted even later than this, was by a clock that is wrong."""
        return self.since + timedelta(seconds=RAISED_SECONDS)

    def most_at(self, now: datetime) -> int:
        """One more for each RAISED_SECONDS. So a partner that has a limit is asked for one session
        too many once in that time, and not for all of them at once. A clock that was set back lets
        it grow as well."""
        age = abs((now - self.since).total_seconds())
        return self.sessions + int(age // RAISED_SECONDS)
