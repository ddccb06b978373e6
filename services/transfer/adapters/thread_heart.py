"""Beats in a thread of its own, so that leases live while the worker waits for the outside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from runtime.telemetry import logger

# A beat takes milliseconds. One that hangs ends at its client's timeouts. The worker has a chunk to
# hand over and does not wait longer than this.
LEAVE_SECONDS = 10.0


class ThreadHeart:
    def __init__(self, leave_seconds: float = LEAVE_SECONDS) -> None:
        self._leave_seconds = leave_seconds

    @contextmanager
    def beating(self, beat: Callable[[], None], every_seconds: float) -> Iterator[None]:
        """The first beat comes after `every_seconds`, because the caller has just got its
        leases."""
        left = Event()
        thread = Thread(target=_run, args=(beat, every_seconds, left), name="heart", daemon=True)
        thread.start()
        try:
            yield
        finally:
            left.set()
            thread.join(self._leave_seconds)
            if thread.is_alive():
                logger().error("heart beat hangs", waited_seconds=self._leave_seconds)


def _run(beat: Callable[[], None], every_seconds: float, left: Event) -> None:
    while not left.wait(every_seconds):
        try:
            beat()
        except Exception as error:
            logger().exception("heart beat failed", error=type(error).__name__)


def pause(seconds: float) -> None:
    Event().wait(seconds)
