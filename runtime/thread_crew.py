"""A crew of threads, which are kept for the next time, for work that mostly waits for others.

left = ThreadCrew(20).each(post, connections, within_seconds=3)
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


class ThreadCrew:
    """Only one at a time may use it."""

    def __init__(self, threads: int) -> None:
        self._threads = threads

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads)

    def each(
        self, act: Callable[[T], None], things: Sequence[T], within_seconds: float
    ) -> Sequence[T]:
        end = monotonic() + within_seconds
        waiting, taking = iter(things), Lock()
        begun = 0
        errors: list[Exception] = []

        def work() -> None:
            nonlocal begun
            while True:
                with taking:
                    if monotonic() >= end:
                        return
                    try:
                        thing = next(waiting)
                    except StopIteration:
                        return
                    begun += 1
                try:
                    act(thing)
                except Exception as error:  # is raised when the others have had their turn
                    errors.append(error)

        crew = [self._pool.submit(work) for _ in range(min(self._threads, len(things)))]
        wait(crew)
        for one in crew:
            one.result()
        if errors:
            raise errors[0]
        return things[begun:]
