"""What the use cases ask of the outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from kernel.idempotency import Idempotency
from kernel.outbox import EventPublisher, OutboxEvent
from services.ticketing.domain.case import Case
from services.ticketing.domain.desk import Fields, Record
from services.ticketing.domain.form import Form
from services.ticketing.domain.gate import Gate
from services.ticketing.domain.ticket import Key, Kind, Rank, Ticket
from services.ticketing.domain.user import User


@dataclass(frozen=True)
class LoginVersion:
    """Which value of the secret it is. `configured` is false while it names no instance."""

    version: str
    configured: bool


class Login(Protocol):
    def version(self) -> LoginVersion:
        """Read anew each time."""
        ...


class Desk(Protocol):
    """ServiceNow's tables. Each call takes 20 s at most and is made once, with the login as the
    secret has it now. Raises DeskError."""

    def find(self, table: str, correlation_id: str) -> Sequence[Record]:
        """At most two, the older one first, and only those whose correlation_id is exactly this.
        Raises ValueError for an empty one."""
        ...

    def create(self, table: str, fields: Fields) -> Record: ...

    def read(self, table: str, record_id: str) -> Record:
        """With its work notes. Raises RecordGone."""
        ...

    def change(self, table: str, record_id: str, fields: Fields) -> Record:
        """Raises RecordGone."""
        ...


@dataclass(frozen=True)
class Change:
    """A ticket as it is to be stored, and as it was read. None: it is new."""

    now: Ticket
    before: Ticket | None = None
    events: tuple[OutboxEvent, ...] = ()


class Tickets(Protocol):
    """All reads by key are strongly consistent."""

    def case(self, transfer_id: str) -> Case | None: ...

    def of_subject(self, subject: str) -> Sequence[Ticket]:
        """In the order of kind and generation."""
        ...

    def read(self, key: Key) -> Ticket | None: ...

    def store(
        self, changes: Sequence[Change], case: tuple[Case, Case | None] | None = None
    ) -> bool:
        """All or nothing, with the case as it is and as it was read. False when another one has
        stored something since. Raises CaseBusy."""
        ...

    def due(self, rank: Rank, now: datetime, most: int) -> Sequence[Key]:
        """The oldest of those that are due and that nobody writes. May be a second behind."""
        ...

    def waiting(self, rank: Rank, most: int) -> Sequence[datetime]:
        """Since when each of those waits that are not written yet, whether due or not."""
        ...

    def by_number(self, number: str) -> Ticket | None: ...

    def requests(self, transfer_id: str) -> Sequence[Ticket]:
        """Those that somebody asked for by the API, about this transfer."""
        ...

    def request(self, ticket: Ticket, idempotency: Idempotency | None, now: datetime) -> Ticket:
        """Stores the ticket, or returns the one that the key stands for. Raises
        IdempotencyConflict."""
        ...


class Gates(Protocol):
    def read(self) -> Gate: ...

    def store(self, gate: Gate, events: Sequence[OutboxEvent] = ()) -> bool:
        """False when another one has stored something since it was read."""
        ...


class Users(Protocol):
    def read(self, name: str) -> User: ...

    def keep(self, user: User) -> None:
        """Unless something newer is kept already."""
        ...


class Nudges(Protocol):
    def send(self, subject: str) -> None:
        """Has the subject's tickets written soon. If it fails, the sweep does it."""
        ...


class Alarms(Protocol):
    def tell(self, code: str, **facts: object) -> None:
        """For what a person has to look at."""
        ...

    def measure(self, name: str, value: float) -> None: ...


@dataclass(frozen=True)
class Policy:
    """`lasts`: trouble that goes on for so long is told. `note_every`: at most one note of a ticket
    in that time. `synthetic_user` has no tickets."""

    on: bool
    lasts: timedelta
    note_every: timedelta
    forms: Mapping[Kind, Form]
    synthetic_user: str | None = None


@dataclass(frozen=True)
class Ports:
    desk: Desk
    login: Login
    tickets: Tickets
    gates: Gates
    users: Users
    nudges: Nudges
    alarms: Alarms
    bus: EventPublisher
    policy: Policy
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    chance: Callable[[], float]
