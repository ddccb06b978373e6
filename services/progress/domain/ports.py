"""What the use cases ask of the outside."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from kernel.metering import Meter
from services.progress.domain.audience import Audience, Watch, WatchPage
from services.progress.domain.connection import ChangedUser, Connection, UsersConnections
from services.progress.domain.ending import Counted, Ending
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.statistics import DayFigures
from services.progress.domain.telling import FanOut, Told

T = TypeVar("T")


class LiveTransfers(Protocol):
    def read(self, transfer_id: str) -> KnownTransfer | None:
        """Strongly consistent."""
        ...

    def store(self, now: KnownTransfer, before: KnownTransfer | None) -> bool:
        """Stores it in the place of `before`. False when another one has stored something since
        `before` was read. Keeps the lists of the owner's and of all transfers in the same write.
        Raises TransferBusy."""
        ...


class LiveLists(Protocol):
    def ids(self, owner: str | None, now: datetime) -> Sequence[str]:
        """The transfers under way, and those that ended within the last hour. None: everybody's."""
        ...

    def read_many(self, transfer_ids: Iterable[str]) -> Mapping[str, KnownTransfer]:
        """Those that are known. Strongly consistent. Raises StatesNotRead."""
        ...


class Connections(Protocol):
    def add(self, connection: Connection) -> None: ...

    def read(self, connection_id: str, now: datetime) -> Connection | None:
        """Strongly consistent. None also for one that has ended by itself."""
        ...

    def store(
        self, now: Connection, before: Connection, joined: Sequence[Watch], left: Sequence[Watch]
    ) -> bool:
        """Stores the connection with its watches in the place of `before`. False when it was
        changed or removed since `before` was read. Raises ConnectionBusy."""
        ...

    def remove(self, connection_id: str) -> None:
        """With all its rows. It may be gone already. Raises ConnectionBusy."""
        ...

    def of_user(self, user: str, now: datetime) -> UsersConnections:
        """Strongly consistent."""
        ...

    def bury_session(self, user: str, session_id: str, until: datetime) -> None:
        """No connection of this session is begun until then."""
        ...

    def bury_rights(self, changed: ChangedUser, until: datetime) -> bool:
        """No connection with other rights is begun until then. False when a newer change of the
        user is known."""
        ...


@dataclass(frozen=True)
class Look:
    """A transfer with its last telling, and its audience's first shard. Each was read after the
    one before it. So whoever is not among the watches reads a state that is as new or newer."""

    known: KnownTransfer | None
    told: Told | None
    shards: int
    page: WatchPage


class Audiences(Protocol):
    """All reads are strongly consistent. Watches that are over are left out."""

    def look(self, transfer_id: str, now: datetime) -> Look: ...

    def shards(self, audience: Audience, now: datetime) -> int: ...

    def keep_shards(
        self, audiences: Sequence[Audience], now: datetime, until: datetime
    ) -> Mapping[Audience, int]:
        """How many shards each has. That is known at least until then. Raises StatesNotRead."""
        ...

    def grow(self, audience: Audience, shards: int, now: datetime) -> None:
        """Doubles them, unless there are not `shards` any more."""
        ...

    def page(
        self,
        audience: Audience,
        shard: int,
        now: datetime,
        after: str = "",
        until: str | None = None,
    ) -> WatchPage: ...

    def claim(self, told: Told, before: Told | None) -> bool:
        """False when another one has told something since `before` was read."""
        ...

    def fall_behind(self, watch: Watch, until: datetime, now: datetime) -> bool:
        """False when it is behind already, or no more."""
        ...

    def catch_up(self, audience: Audience, shard: int, connection_id: str) -> bool:
        """The watch is behind no longer. False when it is no more."""
        ...

    def watch(
        self, audience: Audience, shard: int, connection_id: str, now: datetime
    ) -> Watch | None: ...

    def leave(self, watch: Watch) -> None: ...


class EndingFigures(Protocol):
    """Figures are of each owner and of EVERYBODY, by day, hour and destination. The days are of
    UTC."""

    def counted(self, transfer_id: str) -> Counted | None:
        """Strongly consistent."""
        ...

    def count(self, ending: Ending, before: Counted | None, now: datetime) -> bool:
        """Counts it in the place of `before`, whose figures are taken back where they are still
        kept. All in one write. False when another ending of the transfer was counted since `before`
        was read. A reason may be counted as OTHER. Raises FiguresBusy."""
        ...

    def of(
        self, owner: str, first: date, until: date, destination: str | None = None
    ) -> Iterator[DayFigures]:
        """From the first day to the last one, both inclusive, in their order. None where the last
        one is before the first. With a destination only those of that one are read."""
        ...

    def counted_since(self, oldest: date) -> date | None:
        """The first day of which there are anybody's figures, `oldest` or later."""
        ...


class Sockets(Protocol):
    def post(self, connection_id: str, text: str) -> None:
        """Raises Gone, Slow."""
        ...

    def end(self, connection_id: str) -> None:
        """Raises Gone, Slow."""
        ...


class Notices(Protocol):
    def send(self, transfer_id: str, delay_seconds: int = 0) -> None:
        """Has the transfer's watchers told, at the latest after the delay and soon."""
        ...

    def put(self, message: FanOut, delay_seconds: int = 0) -> None: ...


class Crew(Protocol):
    """Threads, because most of the work is to wait for others."""

    def each(
        self, act: Callable[[T], None], things: Sequence[T], within_seconds: float
    ) -> Sequence[T]:
        """Does it with each of them, several at once, and begins in their order. Begins with none
        after the time is over. Returns those, the last ones. Raises the first error of `act` when
        all that were begun have ended."""
        ...


@dataclass(frozen=True)
class Ports:
    transfers: LiveTransfers
    lists: LiveLists
    connections: Connections
    audiences: Audiences
    figures: EndingFigures
    sockets: Sockets
    notices: Notices
    crew: Crew
    meter: Meter
    now: Callable[[], datetime]
    new_epoch: Callable[[], str]
