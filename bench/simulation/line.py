"""A partner's line: those who send at the same time share it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.simulation.clock import Act, Clock

BYTES_PER_ROUND_TRIP = 1_900_000  # of one session, as lane_target has it
ROUNDING = 1.0  # bytes; a moment of a long day is not exact


@dataclass(eq=False)
class Sending:
    """`left` bytes of one session. `done` is called when they are sent."""

    left: float
    done: Act
    sent: float = 0.0


@dataclass(eq=False)
class SharedLine:
    """Each session gets the same, and never more than its round trips allow."""

    clock: Clock
    bytes_per_second: float
    round_trip_seconds: float
    most_per_lane: float
    _sendings: list[Sending] = field(default_factory=list)
    _since: float = 0.0
    _plan: int = 0  # of the last change; what was planned before it does not happen

    @property
    def session_rate(self) -> float:
        return min(self.most_per_lane, BYTES_PER_ROUND_TRIP / self.round_trip_seconds)

    @property
    def rate(self) -> float:
        """Of each who sends now."""
        return min(self.session_rate, self.bytes_per_second / max(1, len(self._sendings)))

    def send(self, size: float, done: Callable[[], None]) -> Sending:
        self.catch_up()
        sending = Sending(size, done)
        self._sendings.append(sending)
        self._plan_next()
        return sending

    def stop(self, sending: Sending) -> None:
        self.catch_up()
        self._sendings.remove(sending)
        self._plan_next()

    def catch_up(self) -> None:
        """Counts what was sent until now."""
        moved = self.rate * (self.clock.seconds - self._since)
        self._since = self.clock.seconds
        for each in self._sendings:
            part = min(each.left, moved)
            each.left, each.sent = each.left - part, each.sent + part

    def _plan_next(self) -> None:
        self._plan += 1
        if self._sendings:
            plan, first = self._plan, min(each.left for each in self._sendings)
            self.clock.after(first / self.rate, lambda: self._arrive(plan))

    def _arrive(self, plan: int) -> None:
        if plan != self._plan:
            return
        self.catch_up()
        arrived = [each for each in self._sendings if each.left <= ROUNDING]
        for each in arrived:
            self._sendings.remove(each)
        self._plan_next()
        for each in arrived:
            each.done()
