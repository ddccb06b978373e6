"""Who makes a call: a worker that can be frozen or killed, or somebody outside of all workers."""

from collections.abc import Callable
from contextvars import ContextVar


class Killed(BaseException):
    """Like kill -9: the worker's own code has no effect any more."""


class Life:
    """One worker. While it is `frozen`, neither it nor its heartbeats do anything (as after
    SIGSTOP)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.frozen = False
        self._abandon: list[Callable[[], None]] = []

    def pause(self, call: str) -> None:
        """Is called before each call. Only an actor waits here."""

    def on_death(self, abandon: Callable[[], None]) -> None:
        """Keeps what the machine does when this process dies: it closes its connections."""
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
    """The caller in a heartbeat. Its calls never wait, and what kills it kills its worker."""

    def __init__(self, owner: Life) -> None:
        super().__init__(f"{owner.name}'s heartbeat")
        self._owner = owner

    def die(self) -> None:
        super().die()
        self._owner.die()


current: ContextVar[Life | None] = ContextVar("life", default=None)
