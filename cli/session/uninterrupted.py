"""A stretch in which a signal waits: between the use of a refresh token and the storing of the new
one the session would be lost."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

WAITING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """The first signal is delivered at the end. A second one is not made to wait.

    SIGKILL and a power cut cannot wait. In a thread beside the main one nothing is done: Python
    delivers signals to the main thread only, which does not end threads.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = {number: signal.signal(number, note) for number in WAITING}
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: a handler that was not set by Python, which cannot set it again.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if came:
            signal.raise_signal(came[0])
