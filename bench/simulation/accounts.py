"""What a transfer's time went into."""

from collections import Counter, defaultdict
from enum import StrEnum


class Spent(StrEnum):
    API = "rate of the API"
    ACCOUNT = "account's concurrency"
    STEPS = "steps before the move"
    WORKER = "a lane worker"
    SESSION = "a session with the partner"
    RETRY = "another try"
    LOGIN = "logging in, proof and name"
    MOVING = "bytes"


# In this order: a transfer with one lane that moves does not wait, whatever its others do.
FIRST_COUNTS = (Spent.MOVING, Spent.LOGIN, Spent.WORKER, Spent.SESSION, Spent.RETRY)


class Spending:
    """Counts what each of a transfer's lanes is at, and adds up the time of the whole."""

    def __init__(self, now: float) -> None:
        self.seconds: defaultdict[Spent, float] = defaultdict(float)
        self._lanes: Counter[Spent] = Counter()
        self._since, self._outside = now, Spent.API

    def outside(self, state: Spent, now: float) -> None:
        """Before there is a lane."""
        self._add(now)
        self._outside = state

    def lane(self, before: Spent | None, after: Spent | None, now: float) -> None:
        self._add(now)
        if before is not None:
            self._lanes[before] -= 1
        if after is not None:
            self._lanes[after] += 1

    def end(self, now: float) -> None:
        self._add(now)

    def _add(self, now: float) -> None:
        state = next((each for each in FIRST_COUNTS if self._lanes[each] > 0), self._outside)
        self.seconds[state] += now - self._since
        self._since = now
