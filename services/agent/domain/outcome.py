"""How transfers ended, and what that says of the next one."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.agent.domain.estimate import Estimate
from services.agent.domain.histogram import Buckets, Spread, spread_of

SMALLEST = 65_536  # bytes; size class 0 is below it
STEP = 4  # each class ends at so many times its beginning
LAST_CLASS = 14  # from 4 TiB on
UNKNOWN = -1  # the class of failures without a size: they count for the whole destination
ENOUGH = 10  # completed transfers; 80 % of fewer than 9 cannot be told
ENOUGH_OF_HOUR = 20  # so many before an hour counts alone
NEIGHBOURS = 2  # classes away; 16 times the size says little
# Narrow pools are noisy. A wider one counts in each as much as so many transfers.
PRIOR = 60


@dataclass(frozen=True)
class Ended:
    """How the first run of a transfer ended. `began_at` is when it was asked for: people wait for
    sessions, too."""

    transfer_id: str
    destination_id: str
    size_bytes: int | None  # None: it failed before anybody knew
    many: bool  # files
    completed: bool
    began_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.began_at).total_seconds()

    @property
    def slot(self) -> "Slot":
        size = UNKNOWN if self.size_bytes is None else size_class(self.size_bytes)
        return Slot(self.many, size, self.began_at.hour)


@dataclass(frozen=True)
class Slot:
    """Transfers that are alike. `hour` is that of the day in UTC in which they began."""

    many: bool
    size: int  # class
    hour: int


@dataclass(frozen=True)
class Tally:
    """`took` counts those that completed by how long they took."""

    took: Buckets = field(default_factory=dict)
    failed: int = 0

    @property
    def completed(self) -> int:
        return sum(self.took.values())

    @property
    def ended(self) -> int:
        return self.completed + self.failed

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(Counter(self.took) + Counter(other.took), self.failed + other.failed)


@dataclass(frozen=True)
class Learned:
    """How transfers to one destination ended in the last `days`."""

    tallies: Mapping[Slot, Tally]
    days: int

    def estimate(self, size_bytes: int, hour: int, many: bool = False) -> Estimate:
        """Of a transfer that is begun in that hour of the day in UTC."""
        size = size_class(size_bytes)
        all_ended = self._where(lambda _: True)
        success = self._success(Slot(many, size, hour), all_ended)
        timed = self._timed(Slot(many, size, hour), size_bytes)
        if timed is None:
            return Estimate(None, None, None, success, all_ended.ended, self._too_few(all_ended))
        pool, spread, words = timed
        kind = "transfers of many files" if many else "transfers of one file"
        basis = (
            f"From {pool.completed} {kind} to this destination that completed in the last"
            f" {self.days} days, {words}."
        )
        return Estimate(spread.middle, spread.low, spread.high, success, pool.ended, basis)

    def _where(self, fits: Callable[[Slot], bool]) -> Tally:
        took: Counter[int] = Counter()
        failed = 0
        for slot, tally in self.tallies.items():
            if fits(slot):
                took.update(tally.took)
                failed += tally.failed
        return Tally(took, failed)

    def _timed(self, like: Slot, size_bytes: int) -> tuple[Tally, Spread, str] | None:
        """The narrowest pool that has enough in it, how long it takes, and what is in it."""
        pool = self.tallies.get(like, Tally())
        words = f"each of {size_words(like.size)}"
        if pool.completed >= ENOUGH_OF_HOUR:
            asked = f"{words}, asked for between {like.hour:02}:00 and {like.hour:02}:59 UTC"
            return pool, spread_of(pool.took), asked
        pool = self._of_size(like.many, like.size)
        if pool.completed >= ENOUGH:
            return pool, spread_of(pool.took), words
        for away in range(1, NEIGHBOURS + 1):
            for size in (like.size - away, like.size + away):
                pool = self._of_size(like.many, size)
                if pool.completed >= ENOUGH and size > 0:  # what has no size cannot be scaled
                    spread = _scaled(spread_of(pool.took), size, size_bytes)
                    return pool, spread, f"each of {size_words(size)}; their size was allowed for"
        return None

    def _of_size(self, many: bool, size: int) -> Tally:
        return self._where(lambda slot: slot.many == many and slot.size == size)

    def _success(self, like: Slot, all_ended: Tally) -> float | None:
        """Each pool is drawn to the wider one around it, the more so the less is in it."""
        if all_ended.ended < ENOUGH:
            return None
        share = (all_ended.completed + 0.5) / (all_ended.ended + 1)
        for pool in (self._of_size(like.many, like.size), self.tallies.get(like, Tally())):
            share = (pool.completed + PRIOR * share) / (pool.ended + PRIOR)
        return 100 * share

    def _too_few(self, all_ended: Tally) -> str:
        return (
            f"In the last {self.days} days {all_ended.ended} transfers to this destination ended,"
            " and too few of this size completed to tell how long one takes."
        )


def size_class(size_bytes: int) -> int:
    number, end = 0, SMALLEST
    while size_bytes >= end and number < LAST_CLASS:
        number, end = number + 1, end * STEP
    return number


def size_words(size: int) -> str:
    if size == 0:
        return f"less than {_words(_begin(1))}"
    if size == LAST_CLASS:
        return f"{_words(_begin(size))} or more"
    return f"{_words(_begin(size))} to {_words(_begin(size + 1))}"


def _begin(size: int) -> int:
    return SMALLEST * STEP ** (size - 1) if size > 0 else 0


def _words(size_bytes: int) -> str:
    for unit, name in ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB")):
        if size_bytes >= unit:
            return f"{size_bytes // unit} {name}"
    return f"{size_bytes // 2**10} KiB"


def _scaled(spread: Spread, size: int, size_bytes: int) -> Spread:
    """What others of another size class took says of this size: something between the same time
    (most of it is the beginning and the end) and a time in proportion to the size. So it becomes as
    wide as both."""
    begin, end = _begin(size), _begin(size + 1)
    size_bytes = max(size_bytes, SMALLEST // STEP)  # nothing takes no time
    least, most = size_bytes / end, size_bytes / begin
    middle = (size_bytes / (begin * end) ** 0.5) ** 0.5
    return Spread(
        spread.low * min(1.0, least), spread.middle * middle, spread.high * max(1.0, most)
    )
