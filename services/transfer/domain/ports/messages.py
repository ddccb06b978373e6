"""Messages and time: the lane queue, the workflow, and the heart that beats beside the work."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from services.transfer.domain.lane import LaneMessage


class LaneQueue(Protocol):
    def send(self, message: LaneMessage, delay_seconds: int = 0) -> None:
        """`delay_seconds` 0 to 900."""
        ...


class MessageLease(Protocol):
    """The received queue message. It stays invisible to others as long as the worker extends it."""

    def extend(self, seconds: int) -> None:
        """Hides the message for `seconds` from now. A message that is gone is no error."""
        ...


class Workflow(Protocol):
    def start(self, transfer_id: str, run: int) -> None:
        """Starts at most one execution for each (transfer, run)."""
        ...

    def state(self, transfer_id: str, run: int) -> Literal["absent", "running", "ended"]: ...

    def succeed(self, task_token: str, *, delivered: bool = False) -> None:
        """`delivered`: the file has its name, and nothing is left to do at the partner. An answer
        that nobody waits for any more is no error."""
        ...

    def fail(self, task_token: str, error: str, cause: str) -> None:
        """An answer that nobody waits for any more is no error."""
        ...


class Heart(Protocol):
    """Beats beside the work, so that no wait on the outside outlives a lease."""

    def beating(
        self, beat: Callable[[], None], every_seconds: float
    ) -> AbstractContextManager[None]:
        """Calls `beat` again and again in another thread until the context is left, also while the
        caller waits for something. Leaving waits a limited time for a beat that is under way. An
        exception of `beat` is logged, and the beats go on. So `beat` itself has to keep what the
        caller must know."""
        ...
