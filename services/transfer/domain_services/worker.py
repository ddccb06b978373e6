"""The worker that runs a lane's turn."""

from collections.abc import Callable
from dataclasses import dataclass

from services.transfer.domain.ports import MessageLease


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
