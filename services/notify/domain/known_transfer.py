"""What this service knows of a transfer, beside the facts that are told of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notify.domain.message import Fact, TicketRef
from services.notify.domain.stage import Stage

SPREAD_WITHIN = timedelta(minutes=1)  # then the sweep looks after news


@dataclass(frozen=True)
class Streak:
    """Delays that go on without a change of state. The sequences are those of their events."""

    since: datetime
    since_sequence: int
    last: datetime
    last_sequence: int
    next_try_at: datetime | None = None


@dataclass(frozen=True)
class SeenTicket:
    ref: TicketRef
    opened_at: datetime


@dataclass(frozen=True)
class KnownTransfer:
    """`sequence` is that of the newest change of state, in `run`. `owner` is None as long as
    nothing is known of it. `started_at` is when `started_run` started. `paused_run` is the last one
    in which it was paused."""

    id: str
    owner: str | None = None
    run: int = 0
    sequence: int = -1
    ended: bool = False
    started_run: int = 0
    started_at: datetime | None = None
    paused_run: int = 0
    streak: Streak | None = None
    tickets: tuple[SeenTicket, ...] = ()
    seen_at: datetime | None = None
    version: int = 0

    def is_past(self, fact: Fact) -> bool:
        """Whether it was retried or went on since, so that it is not as the fact says any more."""
        if fact.stage not in (Stage.FAILED, Stage.STALLED) or self.run < fact.run:
            return False
        if self.run > fact.run or fact.stage is Stage.FAILED:
            return self.run > fact.run
        return self.ended or self.streak is None or self.streak.since > fact.at

    def with_ticket(self, ticket: SeenTicket) -> "KnownTransfer":
        """The newest ticket of each kind counts."""
        same = [each for each in self.tickets if each.ref.kind == ticket.ref.kind]
        if any(each.opened_at >= ticket.opened_at for each in same):
            return self
        others = tuple(each for each in self.tickets if each not in same)
        return replace(self, tickets=(*others, ticket))


@dataclass(frozen=True)
class News:
    """A fact that everybody concerned is told once. It is known by its transfer, run and stage, so
    that another event of the same does not tell it again.

    `spread_to` is the last channel that got its notification. `spread` is true when all have it.
    """

    fact: Fact
    due_at: datetime
    correlation_id: str
    event_id: str
    spread_to: str | None = None
    spread: bool = False
    version: int = 0

    @property
    def key(self) -> "NewsKey":
        return NewsKey(self.fact.transfer_id, self.fact.run, self.fact.stage)


@dataclass(frozen=True)
class NewsKey:
    transfer_id: str
    run: int
    stage: Stage
