"""The rate of the last 30 seconds, and how long the rest takes, from samples of (time, bytes)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=30)
STEP = timedelta(seconds=2)  # samples closer together tell nothing more, and cost room in the row
GAP = timedelta(seconds=15)  # after so long without a sample nothing is known of the time between
LEAST = timedelta(seconds=1.5)  # a shorter time says nothing about a rate
PIECE = timedelta(seconds=5)  # of the window; the slowest and the fastest piece make the range
STEADY = 4.0  # the fastest piece is at most so many times as fast as the slowest one


@dataclass(frozen=True)
class Sample:
    at: datetime
    bytes_done: int


@dataclass(frozen=True)
class Samples:
    """At most one for each STEP of the WINDOW, oldest first, and always the newest one."""

    seen: tuple[Sample, ...] = ()

    def then(self, at: datetime, bytes_done: int) -> "Samples":
        """With one more. Bytes that became fewer, or a gap, begin the window anew. One that is not
        later than the newest changes nothing, because clocks of two workers differ."""
        if not self.seen:
            return Samples((Sample(at, bytes_done),))
        last = self.seen[-1]
        if at <= last.at:
            return self
        if bytes_done < last.bytes_done or at - last.at > GAP:
            return Samples((Sample(at, bytes_done),))
        kept = [each for each in self.seen if at - each.at <= WINDOW]
        if len(kept) > 1 and kept[-1].at - kept[-2].at < STEP:
            kept.pop()
        return Samples((*kept, Sample(at, bytes_done)))

    @property
    def rate_bytes_per_second(self) -> float | None:
        """The average over the window. None while the samples cover too short a time."""
        return _rate(self.seen)

    def eta_seconds(self, bytes_left: int) -> tuple[float, float] | None:
        """(soonest, latest). None while the rate is not steady enough to say."""
        if bytes_left <= 0:
            return 0.0, 0.0
        average, rates = _rate(self.seen), self._piece_rates()
        if average is None or not rates or min(rates) <= 0 or max(rates) > STEADY * min(rates):
            return None
        return bytes_left / max(*rates, average), bytes_left / min(*rates, average)

    def _piece_rates(self) -> list[float]:
        """The rates of the pieces, each at least PIECE long."""
        rates, piece = [], list(self.seen[:1])
        for sample in self.seen[1:]:
            piece.append(sample)
            if sample.at - piece[0].at >= PIECE and (rate := _rate(piece)) is not None:
                rates.append(rate)
                piece = [sample]
        return rates


NO_SAMPLES = Samples()


def _rate(samples: Sequence[Sample]) -> float | None:
    if len(samples) < 2 or samples[-1].at - samples[0].at < LEAST:
        return None
    elapsed = (samples[-1].at - samples[0].at).total_seconds()
    return (samples[-1].bytes_done - samples[0].bytes_done) / elapsed
