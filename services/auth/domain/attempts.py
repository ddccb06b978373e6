"""How long somebody who guesses passwords has to wait."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FREE = 5  # tries in a row that cost nothing: typing errors, and parallel logins of one user
LOCK_AFTER = 12  # from then on every further try has to wait for the whole lock
LOCK = timedelta(minutes=15)


@dataclass(frozen=True)
class Attempts:
    """Tries in a row under one name that have not ended in a login, the present one included."""

    name: str
    count: int
    last_at: datetime
    version: int = 0

    @property
    def retry_at(self) -> datetime:
        """1, 2, 4, ... 64 seconds after the tries beyond the free ones, then the lock."""
        if self.count < FREE:
            return self.last_at
        if self.count >= LOCK_AFTER:
            return self.last_at + LOCK
        return self.last_at + timedelta(seconds=2 ** (self.count - FREE))

    def another(self, now: datetime) -> "Attempts":
        return replace(self, count=self.count + 1, last_at=now)
