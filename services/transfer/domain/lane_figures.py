"""What a lane has moved, and what it waited for. Figures only grow while a part file lives."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class LaneFigures:
    """`went_well` counts chunks and checkpoints, `errors` what the partner refused or broke off.
    The lane waited for S3 in some of its seconds, and for the partner in others. `seconds` are all
    that it had a session, up to when these figures were taken. Rows of earlier versions have
    none."""

    moved_bytes: int = 0
    went_well: int = 0
    errors: int = 0
    source_seconds: float = 0.0
    partner_seconds: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: "LaneFigures") -> "LaneFigures":
        return LaneFigures(
            self.moved_bytes + other.moved_bytes,
            self.went_well + other.went_well,
            self.errors + other.errors,
            self.source_seconds + other.source_seconds,
            self.partner_seconds + other.partner_seconds,
            self.seconds + other.seconds,
        )

    def since(self, first: "LaneFigures") -> "LaneFigures":
        """Never below zero: a lane's row may have been lost with figures in it."""
        return LaneFigures(
            max(0, self.moved_bytes - first.moved_bytes),
            max(0, self.went_well - first.went_well),
            max(0, self.errors - first.errors),
            max(0.0, self.source_seconds - first.source_seconds),
            max(0.0, self.partner_seconds - first.partner_seconds),
            max(0.0, self.seconds - first.seconds),
        )


NOTHING_MOVED = LaneFigures()


def total(figures: Iterable[LaneFigures]) -> LaneFigures:
    return sum(figures, NOTHING_MOVED)
