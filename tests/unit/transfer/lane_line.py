"""A line whose rate depends on the number of lanes, and transfers that report what they move."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from services.transfer.domain.lane_figures import LaneFigures
from services.transfer.domain.lane_optimizer import observe
from services.transfer.domain.lane_target import Decision, LaneTarget, first_target
from services.transfer.domain.lane_window import Share

MB = 1_000_000.0
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
Curve = Callable[[int], float]  # lanes to bytes a second, of all of them


def to_a_knee(knee: int, each: float = 20 * MB, falls: float = 0.0) -> Curve:
    """Linear up to `knee` lanes. Each lane beyond that costs `falls` of what a lane brings."""
    return lambda lanes: each * max(0.3, min(lanes, knee) - falls * max(0, lanes - knee))


@dataclass
class Line:
    """One transfer's lanes at work. They follow the target after `delay` seconds."""

    curve: Curve
    limit: int = 16
    noise: float = 0.0
    source_share: float = 0.1
    delay: int = 2
    most: int = 100  # lanes that its transfer could have
    round_trip_seconds: float | None = None
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - noise

    def __post_init__(self) -> None:
        self.now = BEGIN
        trip = self.round_trip_seconds
        self.target: LaneTarget = first_target("acme", "here", self.limit, trip, self.now)
        self.figures = LaneFigures()
        self.at_work = self.target.lanes
        self.behind = 0
        self.left = 1 << 60  # bytes
        self.decisions: list[Decision] = []
        self.seen: list[int] = []

    def second(self) -> None:
        self.now += timedelta(seconds=1)
        self._follow()
        swing = 1 + self.noise * self.random.uniform(-1, 1)
        moved = round(self.curve(self.at_work) * swing)
        self.left -= moved
        waited = self.source_share * self.at_work
        self.figures += LaneFigures(
            moved, 0, 0, waited, self.at_work - waited, seconds=self.at_work
        )
        self.target, decision = observe(self.target, self.share(), self.limit)
        self.seen.append(self.target.lanes)
        if decision is not None:
            self.decisions.append(decision)

    def _follow(self) -> None:
        wanted = min(self.target.within(self.now, self.limit), self.most)
        self.behind = self.behind + 1 if wanted != self.at_work else 0
        if self.behind >= self.delay:
            self.at_work, self.behind = wanted, 0

    def share(self) -> Share:
        lanes = self.at_work
        share = Share("t/1", self.now, lanes, lanes, self.most, self.figures)
        return replace(share, left_bytes=max(0, self.left))

    def run(self, seconds: int) -> "Line":
        for _ in range(seconds):
            self.second()
        return self

    def pause(self, seconds: float) -> None:
        """No transfer is under way. The lanes of the next one begin with the target."""
        self.now += timedelta(seconds=seconds)
        self.at_work = self.target.within(self.now, self.limit)

    def erred(self, times: int) -> None:
        self.figures = replace(self.figures, errors=self.figures.errors + times)
