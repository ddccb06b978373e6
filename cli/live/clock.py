"""The time of this machine, for waiting and for telling how long ago something was."""

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Instant:
    steady: float
    wall: float


class Clock:
    """Tests give one that does not wait."""

    def now(self) -> Instant:
        return Instant(time.monotonic(), time.time())

    def wait(self, seconds: float) -> None:
        threading.Event().wait(max(0.0, seconds))

    def since(self, then: Instant) -> float:
        """Seconds. The steady clock may stand still while the machine sleeps, the other one may be
        set: the longer time is the truth, or costs one question too many."""
        now = self.now()
        return max(now.steady - then.steady, now.wall - then.wall, 0.0)
