"""A message on its way: what it tells, when it is due, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.notify.domain.channel import Kind
from services.notify.domain.stage import Stage

KEPT = timedelta(days=90)


class Status(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class Failure:
    """`message` says what to do."""

    code: str
    message: str
    retryable: bool = False


@dataclass(frozen=True)
class Notification:
    """`group` is None for a message of one event; else it collects, as long as `open`. `notice` is
    a sentence of ours that tells of no transfer; it goes to `recipient`, or to the operators.

    `events` counts of how many events it tells. `begun_at` is when the first try began. `due_at` of
    one that is being sent is when its lease ends.
    """

    id: str
    channel_id: str
    kind: Kind
    recipient: str | None
    due_at: datetime
    created_at: datetime
    status: Status = Status.WAITING
    stages: tuple[Stage, ...] = ()
    events: int = 1
    transfer_id: str | None = None
    run: int = 1
    group: str | None = None
    open: bool = False
    notice: str | None = None
    correlation_id: str | None = None
    tries: int = 0
    begun_at: datetime | None = None
    sent_at: datetime | None = None
    failure: Failure | None = None
    version: int = 0

    @property
    def is_over(self) -> bool:
        return self.status in (Status.SENT, Status.FAILED)

    def taking(self, stage: Stage, due_at: datetime) -> "Notification":
        """With one more event of that stage, which waits no longer than until then."""
        return replace(
            self,
            due_at=min(self.due_at, due_at),
            events=self.events + 1,
            stages=tuple(dict.fromkeys((*self.stages, stage))),
            version=self.version + 1,
        )

    def closed(self) -> "Notification":
        """It takes nothing more in."""
        return replace(self, open=False)

    def sending(self, now: datetime, until: datetime) -> "Notification":
        """It begins to be sent."""
        begun = self.begun_at or now
        return replace(
            self, status=Status.SENDING, due_at=until, begun_at=begun, tries=self.tries + 1
        )

    def again_at(self, due_at: datetime) -> "Notification":
        """It was surely not delivered, and is tried again then."""
        return replace(self, status=Status.WAITING, due_at=due_at)

    def sent(self, now: datetime) -> "Notification":
        return replace(self, status=Status.SENT, sent_at=now, open=False, failure=None)

    def failed(self, failure: Failure) -> "Notification":
        return replace(self, status=Status.FAILED, failure=failure, open=False)
