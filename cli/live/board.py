"""What is known of the watched transfers just now. The stream writes it, displays read it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from cli.live.clock import Clock, Instant
from cli.live.shown import Shown, onward

STALE_AFTER = 10.0  # seconds: two heartbeats
MAX_ENDED = 200


class Link(Enum):
    """How news come in."""

    OPENING = "opening"
    STREAM = "stream"
    POLLING = "polling"
    LOST = "lost"


class Board:
    """`missing` are transfers that do not exist, or that one may not see. Displays may read it in
    a thread of their own: what they read is replaced, never changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.shown: dict[str, Shown] = {}
        self.missing: tuple[str, ...] = ()
        self.link = Link.OPENING
        self._seen: dict[str, tuple[Instant, float]] = {}
        self._heard_at = clock.now()
        self._service_time: tuple[datetime, Instant] | None = None

    def heard(self, sent_at: datetime | None = None) -> None:
        """Something was told about the transfers, or that there is nothing new. `sent_at` is by the
        service's clock; it is never compared with the one here."""
        self._heard_at = self._clock.now()
        if sent_at is not None:
            self._service_time = sent_at, self._heard_at

    def service_now(self) -> datetime | None:
        """Null until the service has told its time."""
        if self._service_time is None:
            return None
        told, at = self._service_time
        try:
            return told + timedelta(seconds=self._clock.since(at))
        except OverflowError:  # a clock that stands at the end of all years
            return told

    def silence(self) -> float:
        return self._clock.since(self._heard_at)

    def see(self, now: Shown, age: float = 0.0) -> bool:
        """`age`: how old the fact was by the service's own clock. False if nothing is new."""
        before = self.shown.get(now.id)
        after = onward(before, now)
        self._seen[now.id] = (self._clock.now(), max(0.0, age))
        if after == before:
            return False
        self.shown = {**self.shown, now.id: after}
        return True

    def miss(self, transfer_id: str) -> bool:
        if transfer_id in self.missing:
            return False
        self.missing = (*self.missing, transfer_id)
        return True

    def drop(self, transfer_id: str) -> None:
        self.shown = {each: shown for each, shown in self.shown.items() if each != transfer_id}
        self._seen.pop(transfer_id, None)

    def old_ends(self) -> tuple[str, ...]:
        """Ended transfers of a list that is watched for days: more than anybody looks at."""
        ended = [shown for shown in self.shown.values() if shown.ended]
        ended.sort(key=lambda shown: shown.finished_at or shown.seen_at)
        return tuple(shown.id for shown in ended[:-MAX_ENDED])

    def any_moves(self) -> bool:
        return any(shown.moves for shown in self.shown.values())

    def unfinished(self, transfers: Iterable[str]) -> tuple[str, ...]:
        return tuple(each for each in transfers if not self._over(each))

    def stale_for(self, shown: Shown) -> float | None:
        """How long ago something was heard of it, where that is too long to show old figures."""
        if shown.ended:
            return None
        if shown.moves and shown.id in self._seen:
            at, age = self._seen[shown.id]
            silent = self._clock.since(at) + age
        elif self.link is not Link.STREAM:
            silent = self.silence()
        else:
            return None
        return silent if silent > STALE_AFTER else None

    def _over(self, transfer_id: str) -> bool:
        shown = self.shown.get(transfer_id)
        return transfer_id in self.missing or (shown is not None and shown.ended)
