"""The line in which lanes and steps wait for a session with a destination."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.leases import is_over


@dataclass(frozen=True)
class Waiter:
    """A place in a destination's line.

    `limit`: it may have a session while fewer are in use. It is called by its lane's next turn, or
    by an answer to its task token; with neither it is the sweeper, which comes by itself.
    `called_until`: by then it has to come, and nobody behind it gets what it was called for.
    `ending`: a step that is needed also when its transfer fails or is being cancelled. `short`: the
    lane of a small file, which may have every session. `owner` of the transfer, '' where it is not
    known.
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

    @property
    def is_called(self) -> bool:
        return self.lane is not None or self.task_token is not None


@dataclass(frozen=True)
class Line:
    """`waiters` stand in their order. The `missed` ones among them were called and did not come in
    time. No session is kept for them any more. They keep their place, because all workers may be
    busy with other lanes for long.
    """

    in_use: int
    waiters: Sequence[Waiter] = ()
    missed: Sequence[Waiter] = ()

    def admits(self, ticket: str, limit: int) -> bool:
        """Whether a session is left for this ticket when all waiters before it have got theirs. A
        ticket that is not in the line comes last."""
        ahead = self.in_use
        for waiter in self.waiters:
            if waiter.ticket == ticket:
                break
            if ahead < waiter.limit and waiter not in self.missed:
                ahead += 1
        return ahead < limit

    def next(self, limit_now: Callable[[Waiter], int]) -> Iterator[Waiter]:
        """Those for whom a session is free, and who do not know. A limit that was raised is theirs
        as well; of a lowered one they learn when they come."""
        ahead = self.in_use
        for waiter in self.waiters:
            if ahead >= max(waiter.limit, limit_now(waiter)):
                continue
            if waiter.called_until is None:
                yield waiter
            if waiter not in self.missed:
                ahead += 1


def line_of(in_use: int, waiters: Iterable[Waiter], now: datetime, until: datetime) -> Line:
    """First come, first served. `until` is the end that a call of now would have."""
    order = sorted(waiters, key=lambda each: (each.since, each.ticket))
    missed = [each for each in order if _is_missed(each, now, until)]
    return Line(in_use, order, missed)


def _is_missed(waiter: Waiter, now: datetime, until: datetime) -> bool:
    return waiter.called_until is not None and is_over(waiter.called_until, now, until)
