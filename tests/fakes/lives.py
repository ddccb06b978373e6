"""Who makes a call: a worker that can be frozen or killed. Everybody else lives on outside."""

from collections.abc import Callable
from contextvars import ContextVar


class Killed(BaseException):
    """As kill -9: nothing of the worker's own code has an effect any more."""


class Life:
    """One worker. `frozen`: neither it nor its heartbeats do anything (as after SIGSTOP)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen = False
        self._abandon: list[Callable[[], None]] = []

    def pause(self, call: str) -> None:
        """Before each call; only an actor waits here."""

    def on_death(self, abandon: Callable[[], None]) -> None:
        """What the machine does for a dead process: its connections are closed."""
        self._abandon.append(abandon)

    def die(self) -> None:
        if self.alive:
            self.alive = False
            for abandon in self._abandon:
                abandon()

    def require_alive(self) -> None:
        if not self.alive:
            raise Killed(self.name)


class Shadow(Life):
    """A heartbeat's calls: they never wait, and what kills them kills their worker."""

    def __init__(self, owner: Life) -> None:
        super().__init__(f"{owner.name}'s heartbeat")
        self._owner = owner

    def die(self) -> None:
        super().die()
        self._owner.die()


current: ContextVar[Life | None] = ContextVar("life", default=None)
