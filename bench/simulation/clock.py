"""Time that passes from event to event."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday, at midnight
Act = Callable[[], None]


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self._events: list[tuple[float, int, Act]] = []
        self._count = 0

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)

    def after(self, seconds: float, act: Act) -> None:
        """Those of one moment come in the order in which they were asked for."""
        self._count += 1
        heapq.heappush(self._events, (self.seconds + max(0.0, seconds), self._count, act))

    def run(self) -> None:
        """Until nothing is left to happen."""
        while self._events:
            self.seconds, _, act = heapq.heappop(self._events)
            act()
