"""A ticket: what it should show, what it shows, and who writes it just now."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.ticketing.domain.case import Trouble

MAX_CORRELATION_ID = 99  # characters; the column holds 100, and would cut a longer one
# Longer than a worker may live (template.yaml, Timeout of Desk). So a lease ends after its holder.
LEASE = timedelta(seconds=150)
# More than a call takes, with its login. None is begun when less of the lease is left.
CALL = timedelta(seconds=25)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)


class Kind(StrEnum):
    USER = "user"
    AUDIT = "audit"
    REQUEST = "request"


class Shown(StrEnum):
    """What the ticket says in ServiceNow."""

    NOTHING = "nothing"  # it is not made yet
    OPEN = "open"
    LEFT_OPEN = "left_open"  # its transfer failed; a person has to look
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    CLOSED = "closed"  # a person ended it. It is never written again.

    @property
    def over(self) -> bool:
        return self in (Shown.RESOLVED, Shown.CANCELLED, Shown.CLOSED)


class Rank(StrEnum):
    """What is written first when not all can be written."""

    OPENING = "1"
    ENDING = "2"
    NOTE = "3"


@dataclass(frozen=True)
class Key:
    """`subject` is T#<transfer> or R#<request>."""

    subject: str
    kind: Kind
    generation: int = 1

    @property
    def ticket_id(self) -> str:
        """Unique, never empty and the same for ever. It is the correlation_id by which ServiceNow
        finds the ticket."""
        suffix = f":{self.generation}" if self.generation > 1 else ""
        plain = f"ff:{self.subject.partition('#')[2]}:{self.kind}{suffix}"
        if len(plain) <= MAX_CORRELATION_ID:
            return plain
        return f"ff:{hashlib.sha256(plain.encode()).hexdigest()}"


@dataclass(frozen=True)
class Record:
    """Where the ticket is in ServiceNow."""

    table: str
    record_id: str
    number: str
    url: str | None = None


@dataclass(frozen=True)
class Lease:
    holder: str
    until: datetime


@dataclass(frozen=True)
class Wish:
    """What somebody asked for by the API."""

    summary: str
    description: str


@dataclass(frozen=True)
class Ticket:
    """`wanted` and `written` are versions of its case: which one it should show, and which one it
    shows. `due_at` is when something of it is to be written, None when nothing is.

    What its rank says has waited since `waiting_since`, however often it was tried.

    `noted` are the sequences of the steps that it tells of. `ending` is recorded before the ticket
    is ended, so that an ending of ours is told from a person's. `worry` is the code that
    TicketingFailed was published for.
    """

    key: Key
    owner: str
    requested_at: datetime
    correlation_id: str  # of the request that all came from
    transfer_id: str | None = None
    wish: Wish | None = None
    follows: str | None = None  # number of the ticket that a person closed before
    record: Record | None = None
    shown: Shown = Shown.NOTHING
    ending: Shown | None = None
    run_shown: int = 0
    noted: tuple[int, ...] = ()
    wanted: int = 1
    written: int = 0
    opened_at: datetime | None = None
    updated_at: datetime | None = None
    rank: Rank = Rank.OPENING
    due_at: datetime | None = None
    waiting_since: datetime | None = None
    lease: Lease | None = None
    tries: int = 0
    trouble: Trouble | None = None
    worry: str | None = None
    events: int = 0  # published so far
    version: int = 0

    def leased_to(self, holder: str, now: datetime) -> "Ticket | None":
        """None while somebody else writes it."""
        if self.lease and self.lease.holder != holder and self.lease.until > now:
            return None
        return replace(self, lease=Lease(holder, now + LEASE))

    def held_by(self, holder: str) -> bool:
        return self.lease is not None and self.lease.holder == holder

    def may_call(self, now: datetime) -> bool:
        """Whether a call ends before somebody else may take the ticket."""
        return self.lease is not None and self.lease.until - now >= CALL

    def due(self, rank: Rank, at: datetime) -> "Ticket":
        since = self.waiting_since if self.rank is rank else None
        return replace(self, rank=rank, due_at=at, waiting_since=since or at)

    def nothing_due(self) -> "Ticket":
        done = replace(self, due_at=None, waiting_since=None, written=self.wanted)
        return replace(done, tries=0, trouble=None)

    def released(self) -> "Ticket":
        return replace(self, lease=None)

    def put_back(self, now: datetime, trouble: Trouble, chance: float) -> "Ticket":
        """After a try that failed for a reason of its own. `chance` is from 0 to 1, so that not
        all come again at once."""
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self.tries, 16)) * (1 + chance / 2)
        tried = replace(self, lease=None, tries=self.tries + 1, trouble=trouble)
        return replace(tried, due_at=now + wait)
