"""Who runs a lane's turn."""

from collections.abc import Callable
from dataclasses import dataclass

from services.transfer.domain.ports import MessageLease


@dataclass(frozen=True)
class Worker:
    """A name unique to the invocation, its message, its remaining seconds; `correlate` gives all
    that it logs from then on a transfer's correlation id."""

    name: str
    message: MessageLease
    remaining_seconds: Callable[[], float]
    correlate: Callable[[str], None]
