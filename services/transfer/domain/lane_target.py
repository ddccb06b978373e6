"""How many lanes a destination gets, what that is known from, and how it was decided."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from services.transfer.domain.lane_window import Window
from services.transfer.domain.leases import is_over

BYTES_PER_ROUND_TRIP = 1_900_000  # of one SSH session: OpenSSH's channel window is 2 MiB
USUAL_BYTES_PER_SECOND = 117_000_000  # what a line of 1 Gbit/s carries
FEWEST_AT_FIRST = 2  # while one waits for an acknowledgement or for S3, the other one sends
PROBE_SECONDS = 60.0  # so long after a search the next one comes, and each time twice as long
LONGEST_PROBE_SECONDS = 900.0
KEPT = timedelta(days=30)  # what was best a month ago tells little


class Step(StrEnum):
    """What is being tried."""

    NONE = "none"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Decision:
    """`before` and `after` are numbers of lanes. They are the same when it was decided to stay."""

    at: datetime
    before: int
    after: int
    bytes_per_second: float
    success_rate: float
    why: str


@dataclass(frozen=True)
class LaneTarget:
    """`lanes` is how many lanes the destination gets. `bytes_per_second` is what that many moved of
    late, smoothed, and `noise` how far a window of one second would be off that, as a part of it.
    `more_may_help` and `fewer_may_do` are what is still to be tried. `best_*` is the number that
    moved the most since the line changed last. `stride` is how many lanes a step up adds at the
    most; 0 while nothing is known of it."""

    destination_id: str
    place: str  # the record says nothing about another server
    lanes: int
    window: Window
    version: int = 0
    decisions: int = 0
    decided_at: datetime | None = None
    why: str = ""
    step: Step = Step.NONE
    before_lanes: int = 0
    before_rate: float = 0.0
    bytes_per_second: float = 0.0
    success_rate: float = 1.0
    source_share: float = 0.0
    noise: float | None = None
    far_off: int = 0  # the last window was far above what was usual: 1, or far below: -1
    more_may_help: bool = True
    fewer_may_do: bool = True
    fewer_first: bool = False
    probe_at: datetime | None = None
    probe_seconds: float = PROBE_SECONDS
    bound: int | None = None  # more than this the partner refused, until then
    bound_until: datetime | None = None
    bound_seconds: float = 0.0
    refused_at: datetime | None = None
    best_lanes: int = 0
    best_rate: float = 0.0
    stride: int = 1  # of rows of earlier versions, which found their number already

    @property
    def next_version(self) -> int:
        """A new one begins with the time. So its decisions come behind those of one that expired,
        although rows of that may be left."""
        at = self.window.last_at
        return self.version + 1 if self.version else int(at.timestamp())

    def tells_of(self, place: str, now: datetime) -> bool:
        """Not of another server, and not after a time without transfers, although an expired row
        may be left for days."""
        return self.place == place and now - self.window.last_at <= KEPT

    def bound_at(self, now: datetime) -> int | None:
        if self.bound is None or self.bound_until is None:
            return None
        longest = now + timedelta(seconds=self.bound_seconds)
        return None if is_over(self.bound_until, now, longest) else self.bound

    def limit_at(self, now: datetime, limit: int) -> int:
        """`limit` without what the partner refused of late."""
        bound = self.bound_at(now)
        return max(1, limit if bound is None else min(limit, bound))

    def is_content(self, now: datetime) -> bool:
        """Nothing is being tried, and nothing will be soon."""
        longest = now + timedelta(seconds=LONGEST_PROBE_SECONDS)
        probes = self.probe_at is None or is_over(self.probe_at, now, longest)
        return self.step is Step.NONE and not probes

    def within(self, now: datetime, limit: int) -> int:
        return max(1, min(self.lanes, self.limit_at(now, limit)))

    def decided(self, decision: Decision, **changes: object) -> "LaneTarget":
        """The window begins anew with the lanes that are decided."""
        now = decision.at
        moved = decision.before != decision.after
        window = self.window.begun(now, settled=self.window.settled and not moved)
        return replace(
            self,
            lanes=decision.after,
            window=window,
            decisions=self.decisions + 1,
            decided_at=now,
            why=decision.why,
            success_rate=decision.success_rate,
            **changes,  # type: ignore[arg-type]
        )


def lanes_that_fill(round_trip_seconds: float) -> int:
    """A usual line."""
    return ceil(USUAL_BYTES_PER_SECOND * round_trip_seconds / BYTES_PER_ROUND_TRIP)


def first_target(
    destination_id: str, place: str, limit: int, round_trip_seconds: float | None, now: datetime
) -> LaneTarget:
    """For a destination that nothing was moved to yet."""
    wanted = max(FEWEST_AT_FIRST, lanes_that_fill(round_trip_seconds or 0.0))
    lanes = max(1, min(limit, wanted))
    if round_trip_seconds is None:
        why = f"{_lanes(lanes)} to begin with: nothing is known of the line yet."
    else:
        trip = f"{round_trip_seconds * 1000:.0f} ms"
        why = f"{_lanes(lanes)} to begin with: a round trip takes {trip}."
    if lanes < wanted:
        why = f"{why.removesuffix('.')}, and no more are allowed."
    return LaneTarget(destination_id, place, lanes, Window(now), why=why, stride=0)


def _lanes(number: int) -> str:
    return "1 lane" if number == 1 else f"{number} lanes"
