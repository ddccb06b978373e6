"""The line in which lanes and steps wait for a session with a destination."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.ledger import LaneMessage, is_over


@dataclass(frozen=True)
class Waiter:
    """A place in a destination's line.

    It may have a session while fewer than `limit` are in use. A lane is called by a message for its
    next turn, and a step by an answer to its task token. After a call its session is kept for it
    until `called_until`.
    """

    destination_id: str
    ticket: str
    since: datetime
    limit: int
    lane: LaneMessage | None = None
    task_token: str | None = None
    called_until: datetime | None = None


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

    def next(self) -> Iterator[Waiter]:
        """The waiters for whom a session is free and who were not called yet."""
        for waiter in self.waiters:
            if waiter.called_until is None and self.admits(waiter.ticket, waiter.limit):
                yield waiter


def line_of(in_use: int, waiters: Iterable[Waiter], now: datetime, until: datetime) -> Line:
    """First come, first served. `until` is the end that a call of now would have."""
    order = sorted(waiters, key=lambda each: (each.since, each.ticket))
    missed = [each for each in order if _is_missed(each, now, until)]
    return Line(in_use, order, missed)


def _is_missed(waiter: Waiter, now: datetime, until: datetime) -> bool:
    return waiter.called_until is not None and is_over(waiter.called_until, now, until)
