"""Rate and time to go, from samples of (time, bytes)."""

from dataclasses import dataclass
from datetime import datetime

GAP_SECONDS = 30.0  # samples come every second while anything moves
SMOOTHING_SECONDS = 10.0  # samples of about the last ten seconds decide what a viewer sees


@dataclass(frozen=True)
class Rate:
    """A smoothed rate. `at` and `bytes_done` are those of the last sample."""

    at: datetime
    bytes_done: int
    bytes_per_second: float = 0.0

    def sampled(self, at: datetime, bytes_done: int) -> "Rate":
        """The rate with one more sample. A sample that is not later than the last changes
        nothing."""
        elapsed = (at - self.at).total_seconds()
        if elapsed <= 0:
            return self
        if elapsed > GAP_SECONDS:
            return Rate(at, bytes_done)  # paused in between: begin anew
        now = max(0.0, (bytes_done - self.bytes_done) / elapsed)
        weight = 1.0 if self.bytes_per_second == 0 else min(1.0, elapsed / SMOOTHING_SECONDS)
        return Rate(at, bytes_done, self.bytes_per_second + weight * (now - self.bytes_per_second))

    def eta_seconds(self, size_bytes: int) -> float | None:
        """None while nothing moves."""
        return (
            (size_bytes - self.bytes_done) / self.bytes_per_second
            if self.bytes_per_second > 0
            else None
        )
