"""The line in which lanes and steps wait for a session with a destination."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.transfer.domain.lane import LaneMessage, Slot
from services.transfer.domain.leases import is_over
from services.transfer.domain.session_names import work_of


@dataclass(frozen=True)
class LongLimit:
    """The limit of a lane that may keep its session for long. While fewer than `sessions` are in
    use it may have one, and while fewer long lanes have one than the destination's target says."""

    sessions: int


Limit = int | LongLimit  # a number: so many sessions in use, whoever has them


@dataclass(frozen=True)
class Waiter:
    """A place in a destination's line.

    `limit`: it may have a session while fewer are in use. It is called by its lane's next turn, or
    by an answer to its task token; with neither it is the sweeper, which comes by itself.
    `called_until`: by then it has to come, and nobody behind it gets what it was called for.
    `ending`: a step that is needed also when its transfer fails or is being cancelled. `short`: the
    lane of a small file, which may have every session. `long`: a lane that LongLimit is for.
    `owner` of the transfer, '' where it is not known.
    """

    destination_id: str
    ticket: str
    since: datetime
    limit: int
    lane: LaneMessage | None = None
    task_token: str | None = None
    called_until: datetime | None = None
    ending: bool = False
    short: bool = False
    owner: str = ""
    long: bool = False

    @property
    def is_called(self) -> bool:
        return self.lane is not None or self.task_token is not None

    @property
    def whole_limit(self) -> Limit:
        return LongLimit(self.limit) if self.long else self.limit


@dataclass(frozen=True)
class InUse:
    """Sessions in use: of all, and of long lanes by their transfers. `most_long` is how many long
    lanes the destination's target allows, None where it has none yet. `most` is how many sessions
    the partner lets in, where it refused one of late."""

    sessions: int = 0
    long: Mapping[str, int] = field(default_factory=dict)
    most_long: int | None = None
    most: int | None = None

    def has_room(self, limit: Limit, ahead: int = 0, long_ahead: int = 0) -> bool:
        """Also when so many more come before, some of them long lanes."""
        if self.most is not None and self.sessions + ahead >= self.most:
            return False
        if isinstance(limit, int):
            return self.sessions + ahead < limit
        if self.most_long is not None and sum(self.long.values()) + long_ahead >= self.most_long:
            return False
        return self.sessions + ahead < limit.sessions


@dataclass(frozen=True)
class Line:
    """`waiters` stand in their order. The `missed` ones among them were called and did not come in
    time. No session is kept for them any more. They keep their place, because all workers may be
    busy with other lanes for long.
    """

    in_use: InUse
    waiters: Sequence[Waiter] = ()
    missed: Sequence[Waiter] = ()

    def admits(self, ticket: str, limit: Limit) -> bool:
        """Whether a session is left for this ticket when all waiters before it have got theirs. A
        ticket that is not in the line comes last."""
        ahead = long_ahead = 0
        for waiter in self.waiters:
            if waiter.ticket == ticket:
                break
            fits = self.in_use.has_room(waiter.whole_limit, ahead, long_ahead)
            if fits and waiter not in self.missed:
                ahead, long_ahead = ahead + 1, long_ahead + waiter.long
        return self.in_use.has_room(limit, ahead, long_ahead)

    def next(self, limit_now: Callable[[Waiter], int]) -> Iterator[Waiter]:
        """Those for whom a session is free, and who do not know. A limit that was raised is theirs
        as well; of a lowered one they learn when they come."""
        ahead = long_ahead = 0
        for waiter in self.waiters:
            sessions = max(waiter.limit, limit_now(waiter))
            limit: Limit = LongLimit(sessions) if waiter.long else sessions
            if not self.in_use.has_room(limit, ahead, long_ahead):
                continue
            if waiter.called_until is None:
                yield waiter
            if waiter not in self.missed:
                ahead, long_ahead = ahead + 1, long_ahead + waiter.long


def in_use_of(held: Iterable[Slot], most_long: int | None, most: int | None) -> InUse:
    """`held` are the slots whose leases are not over."""
    slots = list(held)
    long = Counter(transfer_of(each) for each in slots if each.long)
    return InUse(len(slots), long, most_long, most)


def transfer_of(slot: Slot) -> str:
    work = work_of(slot.holder)
    return "" if work is None else work.transfer_id


def line_of(in_use: InUse, waiters: Iterable[Waiter], now: datetime, until: datetime) -> Line:
    """First come, first served; but the second lane of a transfer comes after the first lanes of
    all others, and so on. `until` is the end that a call of now would have."""
    lanes = Counter(in_use.long)
    ranks: dict[str, int] = {}
    order = sorted(waiters, key=lambda each: (each.since, each.ticket))
    for each in order:
        if each.long and each.lane is not None:
            ranks[each.ticket] = lanes[each.lane.transfer_id]
            lanes[each.lane.transfer_id] += 1
    order.sort(key=lambda each: ranks.get(each.ticket, 0))
    missed = [each for each in order if _is_missed(each, now, until)]
    return Line(in_use, order, missed)


def _is_missed(waiter: Waiter, now: datetime, until: datetime) -> bool:
    return waiter.called_until is not None and is_over(waiter.called_until, now, until)
