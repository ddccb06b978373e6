"""Counts what a lane moves, and tells its waits for S3 and for the partner apart."""

from dataclasses import replace
from datetime import datetime

from services.transfer.domain.lane_figures import LaneFigures


class LaneStopwatch:
    """Between two calls the lane did one thing only. Two readings of the clock for each block."""

    def __init__(self, figures: LaneFigures, now: datetime) -> None:
        self.figures = figures
        self.at = now  # of the lane's last step
        self._reached: int | None = None  # of the chunk at hand; None before its first block
        self._behind = 0  # bytes of the chunk that is written, but not durable yet
        self._opened_at: datetime | None = None

    @property
    def in_flight(self) -> int:
        """The bytes that are sent, of the chunk at hand and of the one behind it."""
        return self._behind + (self._reached or 0)

    def opened(self, now: datetime) -> None:
        """A session."""
        self._opened_at = now
        self.began(now)

    def closed(self, now: datetime) -> None:
        self.figures, self._opened_at = self.figures_at(now), None

    def figures_at(self, now: datetime) -> LaneFigures:
        """May be asked from another thread."""
        figures, opened_at = self.figures, self._opened_at
        if opened_at is None:
            return figures
        seconds = max(0.0, (now - opened_at).total_seconds())
        return replace(figures, seconds=figures.seconds + seconds)

    def began(self, now: datetime) -> None:
        """A chunk, or anything else but reading and writing, lies behind."""
        self.at, self._reached = now, None

    def read(self, now: datetime, reached: int) -> None:
        """S3 gave one more block. `reached` bytes of the chunk were written before it."""
        self._count(reached, source_seconds=self._since(now))

    def wrote(self, now: datetime) -> None:
        """The partner took it, or made everything durable."""
        self._count(self._reached, partner_seconds=self._since(now))

    def left_behind(self, now: datetime, reached: int) -> None:
        """All of the chunk at hand was sent."""
        self._count(reached, partner_seconds=self._since(now))
        self._behind, self._reached = reached, None

    def settled_behind(self, now: datetime) -> None:
        """What lies behind became durable."""
        self._count(self._reached, partner_seconds=self._since(now), went_well=1)
        self._behind = 0

    def went_well(self, now: datetime, reached: int) -> None:
        """A checkpoint, or the chunk's end."""
        self._count(reached, partner_seconds=self._since(now), went_well=1)

    def _since(self, now: datetime) -> float:
        seconds = max(0.0, (now - self.at).total_seconds())
        self.at = now
        return seconds

    def _count(
        self,
        reached: int | None,
        source_seconds: float = 0.0,
        partner_seconds: float = 0.0,
        went_well: int = 0,
    ) -> None:
        known, moved = self._reached, 0
        if known is None or reached is None:
            self._reached = reached
        elif reached > known:  # of many files, a checkpoint tells only of those that are certain
            self._reached, moved = reached, reached - known
        found = self.figures
        self.figures = replace(
            found,
            moved_bytes=found.moved_bytes + moved,
            went_well=found.went_well + went_well,
            source_seconds=found.source_seconds + source_seconds,
            partner_seconds=found.partner_seconds + partner_seconds,
        )
