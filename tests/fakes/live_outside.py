"""What progress reaches outside, in memory: the connections' other ends, the queue, the threads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from services.progress.domain.errors import Gone, Slow
from services.progress.domain.telling import FanOut, Notice

T = TypeVar("T")
VISIBILITY = timedelta(seconds=120)


@dataclass
class InMemorySockets:
    """`open` has what each connection received. One that is slow takes in nothing."""

    open: dict[str, list[str]] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    on_post: Callable[[str, str], object] = lambda connection_id, text: None

    def post(self, connection_id: str, text: str) -> None:
        self._require(connection_id)
        self.open[connection_id].append(text)
        self.on_post(connection_id, text)

    def end(self, connection_id: str) -> None:
        self._require(connection_id)
        del self.open[connection_id]

    def _require(self, connection_id: str) -> None:
        if connection_id not in self.open:
            raise Gone(connection_id)
        if connection_id in self.slow:
            raise Slow(connection_id)


@dataclass
class Queued:
    message: FanOut
    due: datetime
    receives: int = 0


@dataclass
class InMemoryNotices:
    now: Callable[[], datetime]
    queued: list[Queued] = field(default_factory=list)

    def send(self, transfer_id: str, delay_seconds: int = 0) -> None:
        self.put(Notice(transfer_id), delay_seconds)

    def put(self, message: FanOut, delay_seconds: int = 0) -> None:
        due = self.now() + timedelta(seconds=delay_seconds)
        self.queued.append(Queued(message, due))

    def take(self, most: int = 10) -> list[Queued]:
        """Those that are due, which nobody else can take until they are due again."""
        now = self.now()
        taken = [each for each in self.queued if each.due <= now][:most]
        for each in taken:
            each.due, each.receives = now + VISIBILITY, each.receives + 1
        return taken

    def delete(self, queued: Queued) -> None:
        self.queued = [each for each in self.queued if each is not queued]


@dataclass
class OneAfterTheOther:
    """A crew of one, which works by the world's clock."""

    now: Callable[[], datetime]

    def each(
        self, act: Callable[[T], None], things: Sequence[T], within_seconds: float
    ) -> Sequence[T]:
        end = self.now() + timedelta(seconds=within_seconds)
        errors: list[Exception] = []
        left = list(things)
        while left and self.now() < end:
            try:
                act(left.pop(0))
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return left
