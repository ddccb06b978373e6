"""The worker that runs a lane's turn."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from services.transfer.domain.ports import MessageLease

VISIBILITY_SLACK_SECONDS = 2  # clocks of two workers may differ


@dataclass(frozen=True)
class Worker:
    """`name` is unique to the message and the invocation. `correlate` sets the correlation id of
    everything that is logged from then on. `stopping`: its process has to end, so less time remains
    than before."""

    name: str
    message: MessageLease
    remaining_seconds: Callable[[], float]
    correlate: Callable[[str], None]
    stopping: Callable[[], bool] = lambda: False

    def hide_message(self, lease_seconds: float) -> None:
        """From other workers, until the leases that are taken now have ended."""
        self.message.extend(ceil(lease_seconds) + VISIBILITY_SLACK_SECONDS)
