"""A call that goes on in a thread, so that Ctrl-C can be taken while it does."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Underway(Generic[T]):
    """It is left behind when the command ends."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call, self._done = call, Event()
        self._results: list[T] = []
        self._errors: list[BaseException] = []
        Thread(target=self._run, daemon=True, name="underway").start()

    def _run(self) -> None:
        try:
            self._results.append(self._call())
        except BaseException as error:  # is raised where the result is asked for
            self._errors.append(error)
        finally:
            self._done.set()

    def done(self, within: float = 0.0) -> bool:
        return self._done.wait(within)

    def result(self) -> T:
        """When it is done."""
        if self._errors:
            raise self._errors[0]
        return self._results[0]
