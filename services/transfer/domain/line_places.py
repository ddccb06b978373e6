"""Who has a destination's sessions, and at which place transfers wait for one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.lane import Slot
from services.transfer.domain.session_names import work_of
from services.transfer.domain.waiting import Waiter


@dataclass(frozen=True)
class SessionsSeen:
    """`held` are the sessions whose leases are not over. `waiters` stand in their order. If the
    line is not `whole`, they are those that were read, in no order. `most_long` is how many of the
    sessions long lanes may have, where that is known. `most` is how many there may be of all, where
    the partner refused one of late."""

    held: Sequence[Slot]
    waiters: Sequence[Waiter]
    whole: bool = True
    most_long: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a transfer stands in the line: where the first of its lanes or steps does."""

    position: int
    transfer_id: str
    owner: str
    since: datetime
    is_lane: bool


def places_of(waiters: Iterable[Waiter]) -> Iterator[Place]:
    seen: set[str] = set()
    for waiter in waiters:
        work = work_of(waiter.ticket)
        if work is not None and work.transfer_id not in seen:
            seen.add(work.transfer_id)
            lane = waiter.lane is not None
            yield Place(len(seen), work.transfer_id, waiter.owner, waiter.since, lane)
