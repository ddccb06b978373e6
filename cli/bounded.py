"""Calls to what may hang, each bounded in time: a server, the resolver of names, a keyring."""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def bounded(seconds: float, action: Callable[[], Result]) -> Result:
    """What it returns or raises, or TimeoutError. It runs in a thread that is left behind when it
    hangs, and ends with the command. Signals are still taken, because the main thread only waits.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def act() -> None:
        try:
            results.append(action())
        except BaseException as error:  # raised where it was called
            errors.append(error)

    thread = Thread(target=act, daemon=True, name="bounded")
    thread.start()
    thread.join(seconds)
    if results:
        return results[0]
    if errors:
        raise errors[0]
    raise TimeoutError(f"no answer in {seconds:.0f} s")
