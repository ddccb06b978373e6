"""The line in which lanes and steps wait for a session with a destination."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.transfer.domain.lane import LaneMessage, Slot
from services.transfer.domain.leases import is_over
from services.transfer.domain.session_names import work_of

BRIEF_SECONDS = 120.0  # a step or a small file is done by then; a file with one handle is not


@dataclass(frozen=True)
class LongLimit:
    """The limit of a lane that may keep its session for long. It may have one while fewer than
    `sessions` are kept by such as it, while fewer long lanes have one than the destination's target
    says, and while any is free, also of the `reserved` ones. So a backlog of small files that takes
    every session, one after the other, does not keep it waiting for ever."""

    sessions: int
    reserved: int = 0

    @property
    def of_all(self) -> int:
        return self.sessions + self.reserved


Limit = int | LongLimit  # a number: so many sessions in use, whoever has them


@dataclass(frozen=True)
class Waiter:
    """A place in a destination's line.

    `limit`: it may have a session while fewer are in use. It is called by its lane's next turn, or
    by an answer to its task token; with neither it is the sweeper, which comes by itself.
    `called_until`: by then it has to come, and nobody behind it gets what it was called for.
    `ending`: a step that is needed also when its transfer fails or is being cancelled. `short`: the
    lane of a small file, which may have every session. `long`: a lane that LongLimit is for.
    `owner` of the transfer, '' where it is not known. `reserved`: as in LongLimit.
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
    reserved: int = 0

    @property
    def is_called(self) -> bool:
        return self.lane is not None or self.task_token is not None

    def within(self, limit: Limit) -> "Waiter":
        if isinstance(limit, LongLimit):
            return replace(self, limit=limit.sessions, reserved=limit.reserved, long=True)
        return replace(self, limit=limit)

    @property
    def whole_limit(self) -> Limit:
        return LongLimit(self.limit, self.reserved) if self.long else self.limit


@dataclass(frozen=True)
class InUse:
    """Sessions in use: of all, and of long lanes by their transfers. `most_long` is how many long
    lanes the destination's target allows, None where it has none yet. `most` is how many sessions
    the partner lets in, where it refused one of late. `brief` are of steps and small files, which
    are soon free."""

    sessions: int = 0
    long: Mapping[str, int] = field(default_factory=dict)
    most_long: int | None = None
    most: int | None = None
    brief: int = 0

    def has_room(self, limit: Limit, ahead: int = 0, long_ahead: int = 0) -> bool:
        """Also when so many more come before, some of them long lanes."""
        if self.most is not None and self.sessions + ahead >= self.most:
            return False
        if isinstance(limit, int):
            return self.sessions + ahead < limit
        if self.most_long is not None and sum(self.long.values()) + long_ahead >= self.most_long:
            return False
        kept = self.sessions - self.brief + long_ahead
        return kept < limit.sessions and self.sessions + ahead < limit.of_all


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
            limit: Limit = LongLimit(sessions, waiter.reserved) if waiter.long else sessions
            if not self.in_use.has_room(limit, ahead, long_ahead):
                continue
            if waiter.called_until is None:
                yield waiter
            if waiter not in self.missed:
                ahead, long_ahead = ahead + 1, long_ahead + waiter.long


def in_use_of(
    held: Iterable[Slot], most_long: int | None, most: int | None, now: datetime
) -> InUse:
    """`held` are the slots whose leases are not over."""
    slots = list(held)
    long = Counter(transfer_of(each) for each in slots if each.long)
    brief = sum(is_brief(each, now) for each in slots)
    return InUse(len(slots), long, most_long, most, brief)


def is_brief(slot: Slot, now: datetime) -> bool:
    """A step or a small file has it. One that has it for long is something else, and one that
    nobody knows the beginning of may be."""
    if slot.long or slot.since is None:
        return False
    return (now - slot.since).total_seconds() < BRIEF_SECONDS


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
