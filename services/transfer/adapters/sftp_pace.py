"""How long a server may take. Dribbling bytes win it no time: a request has to be answered whole,
and what moves in a while has to be worth it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.transfer.adapters.partner_socket import MIN_BYTES_PER_SECOND


class Lagging(Exception):
    """Bytes move, but too few."""


class Pace:
    """Three rules while at least one request waits. `timeout_seconds` is the time
    1. for any byte at all to move, in either direction;
    2. for the answer to the oldest request, from the moment when it became the oldest, and longer
       by what its bytes take at MIN_BYTES_PER_SECOND;
    3. in which MIN_BYTES_PER_SECOND have to move on average, if as much is owed.

    `grace_seconds` is added to the first two where the server computes before it answers.

    Only the time counts in which we wait for the server. A caller may be away for longer.
    """

    def __init__(self, timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout = timeout_seconds
        self._clock = clock
        self.grace_seconds = 0.0
        self._enough_bytes = timeout_seconds * MIN_BYTES_PER_SECOND
        self.begin()

    def begin(self) -> None:
        """The first request after a time without any."""
        self._silent = self._oldest = self._counted = 0.0  # seconds of waiting, for each rule
        self._moved_bytes = 0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        began = self._clock()
        try:
            yield
        finally:
            seconds = self._clock() - began
            self._silent += seconds
            self._oldest += seconds
            self._counted += seconds

    def moved(self, size: int) -> None:
        self._moved_bytes += size
        self._silent = 0.0

    def answered_oldest(self) -> None:
        self._oldest = 0.0

    def seconds_left(self, oldest_bytes: int, owed_bytes: int) -> float:
        """Until a rule may be broken. Raises TimeoutError or Lagging when one is."""
        self._judge(owed_bytes)
        allowed = self._timeout + self.grace_seconds
        answer = allowed + oldest_bytes / MIN_BYTES_PER_SECOND - self._oldest
        left = min(answer, allowed - self._silent)
        if left <= 0:
            raise TimeoutError
        return min(left, self._timeout - self._counted)

    def _judge(self, owed_bytes: int) -> None:
        if self._counted < self._timeout:
            return
        moved, self._moved_bytes, self._counted = self._moved_bytes, 0, 0.0
        if 0 < moved < self._enough_bytes <= owed_bytes:
            raise Lagging(
                f"{moved} bytes moved in {self._timeout:g} s,"
                f" and {MIN_BYTES_PER_SECOND} a second are the least"
            )
