"""What lets only so many in: the API's rates, the account's concurrency, and the lane workers."""

from collections import deque

from bench.simulation.clock import Act, Clock

FIRST_WORKERS = 5  # of a queue that was idle
MORE_A_SECOND = 5.0  # 300 a minute, while messages wait
LOOKS_APART_SECONDS = 1.0


class Bucket:
    """A token bucket. A caller that is told to wait comes again when it is let in."""

    def __init__(self, rate: float, burst: int) -> None:
        self._apart, self._early = 1 / rate, (burst - 1) / rate
        self._next = 0.0  # when a bucket that was full would let the next one in

    def wait_seconds(self, now: float) -> float:
        wait = max(0.0, self._next - self._early - now)
        self._next = max(self._next, now) + self._apart
        return wait


class Account:
    """All functions that reserve nothing share its concurrency. Steps wait for their turn, and lane
    workers, whose queue keeps them, come after them."""

    def __init__(self, capacity: int) -> None:
        self._capacity, self.busy, self.most_busy = capacity, 0, 0
        self._waiting = deque[Act]()
        self.on_free: Act = lambda: None

    def take(self) -> bool:
        if self.busy >= self._capacity:
            return False
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        return True

    def call(self, act: Act) -> None:
        if self.take():
            act()
        else:
            self._waiting.append(act)

    def free(self) -> None:
        self.busy -= 1
        if self._waiting and self.take():
            self._waiting.popleft()()
        self.on_free()


class Workers:
    """Lane workers, which Lambda starts as messages wait: a few at once, then ever more."""

    def __init__(self, clock: Clock, capacity: int, account: Account) -> None:
        self._clock, self._capacity, self._account = clock, capacity, account
        self._messages = deque[Act]()
        self.busy = self.most_busy = 0
        self._allowed, self._since = float(min(capacity, FIRST_WORKERS)), 0.0
        self._looks = self._starting = False
        account.on_free = self._start

    def send(self, turn: Act) -> None:
        self._messages.append(turn)
        self._start()

    def free(self) -> None:
        self.busy -= 1
        self._account.free()

    def _start(self) -> None:
        if self._starting:  # by one that ended at once
            return
        self._starting = True
        self._grow()
        while self._messages and self.busy < int(self._allowed) and self._account.take():
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
            self._messages.popleft()()
        self._starting = False
        if self._messages and self.busy < self._capacity and not self._looks:
            self._looks = True
            self._clock.after(LOOKS_APART_SECONDS, self._look)

    def _grow(self) -> None:
        now = self._clock.seconds
        if self._messages:
            more = MORE_A_SECOND * (now - self._since)
            self._allowed = min(self._capacity, max(self._allowed, self.busy) + more)
        else:
            self._allowed = min(self._capacity, max(FIRST_WORKERS, self.busy))
        self._since = now

    def _look(self) -> None:
        self._looks = False
        self._start()
