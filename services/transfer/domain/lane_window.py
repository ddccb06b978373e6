"""A stretch of time in which a destination's lanes stay the same in number, and what they moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.transfer.domain.lane_figures import NOTHING_MOVED, LaneFigures, total

SETTLES_SECONDS = 1.0  # a new session fills its buffers first; nothing is measured meanwhile
WINDOW_SECONDS = 2.0  # several beats of each lane
LONGEST_SECONDS = 30.0  # a slow line is judged by then
BYTES_PER_LANE = 4 << 20  # some blocks of each lane, so that one block more is no gain
FEWEST_PER_LANE = 1 << 20  # less than a block of each lane tells nothing, however long it took
REPORTED_SECONDS = 1.0  # of a window, by each transfer that has lanes in it
STALE_SECONDS = 8.0  # whoever has reported nothing for so long moves nothing any more


@dataclass(frozen=True)
class Share:
    """What one transfer's lanes have moved of late. `lanes` have a session. `out` is how many are
    on their way or at work, and `most` how many it could have. `left_bytes` are still to move."""

    work: str  # the transfer and its part file
    at: datetime
    lanes: int
    out: int
    most: int
    figures: LaneFigures
    first_at: datetime | None = None
    first: LaneFigures = NOTHING_MOVED
    left_bytes: int = 0

    @property
    def seconds(self) -> float:
        return 0.0 if self.first_at is None else (self.at - self.first_at).total_seconds()

    @property
    def moved(self) -> LaneFigures:
        return self.figures.since(self.first)

    @property
    def bytes_per_second(self) -> float:
        """By the lanes' own seconds. Each lane's row is of another moment, up to a second or two
        ago, so what all have moved until one moment is not known."""
        moved = self.moved
        if moved.seconds:
            return self.lanes * moved.moved_bytes / moved.seconds
        return moved.moved_bytes / self.seconds if self.seconds else 0.0

    def begun(self) -> "Share":
        return replace(self, first_at=self.at, first=self.figures)


@dataclass(frozen=True)
class Measure:
    """`source_share` is the part of the lanes' time in which they waited for S3."""

    lanes: int
    bytes_per_second: float
    source_share: float = 0.0
    success_rate: float = 1.0
    errors: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Window:
    began_at: datetime
    lanes: int = 0
    settled: bool = False
    shares: tuple[Share, ...] = ()

    def reported(self, share: Share) -> "Window":
        """With what one transfer reports. Begins anew when another number of lanes is at work, and
        after a gap. A report that is not newer changes nothing."""
        now, others = share.at, self._others(share)
        known = next((each for each in self.shares if each.work == share.work), None)
        gap = None if known is None else (now - known.at).total_seconds()
        if gap is not None and -STALE_SECONDS < gap <= 0:
            return self
        if known is not None and gap is not None and 0 < gap <= STALE_SECONDS:
            share = replace(share, first_at=known.first_at, first=known.first)
        else:
            share = share.begun()
        shares = (*others, share)
        lanes = sum(each.lanes for each in shares)
        later = replace(self, lanes=lanes, shares=shares)
        broke_off = gap is not None and not 0 < gap <= STALE_SECONDS
        if lanes != self.lanes or broke_off or self.seconds(now) < 0:
            return later.begun(now, settled=False)
        if not self.settled and self.seconds(now) >= SETTLES_SECONDS:
            return later.begun(now, settled=True)
        return later

    def without(self, work: str, now: datetime) -> "Window":
        """Begins anew without the share of a transfer that moves nothing any more."""
        left = tuple(each for each in self.shares if each.work != work)
        if len(left) == len(self.shares):
            return self
        lanes = sum(each.lanes for each in left)
        return replace(self, lanes=lanes, shares=left).begun(now, settled=False)

    def begun(self, now: datetime, *, settled: bool) -> "Window":
        shares = tuple(each.begun() for each in self.shares)
        return replace(self, began_at=now, settled=settled, shares=shares)

    def measure(self, now: datetime) -> Measure | None:
        """None while too little was moved to tell, and while a transfer that has lanes in it has
        reported too little of it: it may have ended."""
        seconds = self.seconds(now)
        if not self.settled or seconds < WINDOW_SECONDS or not self.lanes:
            return None
        if any(each.lanes and each.seconds < REPORTED_SECONDS for each in self.shares):
            return None
        moved = total(each.moved for each in self.shares)
        per_lane = BYTES_PER_LANE if seconds < LONGEST_SECONDS else FEWEST_PER_LANE
        if moved.moved_bytes < self.lanes * per_lane:
            return None
        rate = sum(each.bytes_per_second for each in self.shares)
        waited = moved.source_seconds + moved.partner_seconds
        tries = moved.went_well + moved.errors
        return Measure(
            self.lanes,
            rate,
            moved.source_seconds / waited if waited else 0.0,
            moved.went_well / tries if tries else 1.0,
            moved.errors,
            seconds,
        )

    def seconds(self, now: datetime) -> float:
        return (now - self.began_at).total_seconds()

    @property
    def last_at(self) -> datetime:
        """When the last report came."""
        return max((each.at for each in self.shares), default=self.began_at)

    def out(self) -> int:
        return sum(each.out for each in self.shares)

    def most(self) -> int:
        return sum(each.most for each in self.shares)

    def left_bytes(self) -> int:
        return sum(each.left_bytes for each in self.shares)

    def fresh(self, now: datetime) -> Sequence[Share]:
        """Those of transfers that move something now."""
        return [
            each for each in self.shares if abs((now - each.at).total_seconds()) <= STALE_SECONDS
        ]

    def _others(self, share: Share) -> Sequence[Share]:
        return [each for each in self.fresh(share.at) if each.work != share.work]
