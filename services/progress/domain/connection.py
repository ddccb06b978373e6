"""A client's connection: who it is, what it watches, and how much it may ask."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kernel.caller import SEE_ALL_TRANSFERS, Caller, Role
from services.progress.domain.audience import Audience, Watch
from services.progress.domain.errors import TooManySubscribes, TooManySubscriptions

LASTS = timedelta(hours=2)  # API Gateway ends every connection then
MAX_OF_A_USER = 50
MAX_WATCHES = 200
MAX_ASKED, ASKED_WITHIN = 20, timedelta(seconds=10)
TOMBSTONE = timedelta(minutes=5)  # much longer than $connect takes, with its authorizer

Shards = Mapping[Audience, tuple[int, int]]  # (shard, shards of the audience)


@dataclass(frozen=True)
class Connection:
    """`watches` has the shard in each audience. `asked` is when it last subscribed."""

    id: str
    user: str
    session_id: str
    roles: Collection[Role]
    connected_at: datetime
    watches: Mapping[Audience, int] = field(default_factory=dict)
    asked: Sequence[datetime] = ()
    version: int = 0

    @property
    def ends_at(self) -> datetime:
        return self.connected_at + LASTS

    @property
    def sees_all(self) -> bool:
        return not SEE_ALL_TRANSFERS.isdisjoint(self.roles)

    @property
    def itself(self) -> frozenset[str]:
        """The transfers that it watches by id."""
        return frozenset(each.transfer_id for each in self.watches if each.transfer_id)

    def has_been_asked(self, now: datetime) -> "Connection":
        """Raises TooManySubscribes."""
        recent = [at for at in self.asked if now - at < ASKED_WITHIN]
        if len(recent) >= MAX_ASKED:
            raise TooManySubscribes(MAX_ASKED, int(ASKED_WITHIN.total_seconds()))
        return replace(self, asked=(*recent, now))

    def watching(self, more: Shards) -> "Connection":
        """Raises TooManySubscriptions."""
        places = {audience: shard for audience, (shard, _) in more.items()}
        watches = {**places, **self.watches}
        if len(watches) > MAX_WATCHES:
            raise TooManySubscriptions(MAX_WATCHES, len(watches))
        return replace(self, watches=watches)

    def without(self, audiences: Iterable[Audience]) -> "Connection":
        left = set(audiences)
        kept = {each: shard for each, shard in self.watches.items() if each not in left}
        return replace(self, watches=kept)

    def watch(self, audience: Audience, now: datetime, shards: int = 1) -> Watch:
        """Its row in an audience that it watches."""
        return Watch(
            audience,
            self.watches[audience],
            self.id,
            self.user,
            self.sees_all,
            now,
            self.ends_at,
            shards,
            self.itself if audience.is_list else frozenset(),
        )


def connection_of(connection_id: str, caller: Caller, now: datetime) -> Connection:
    return Connection(connection_id, caller.name, caller.session_id, caller.roles, now)


@dataclass(frozen=True)
class ChangedUser:
    """What a user may do since a change. `sequence` orders the changes of a user."""

    name: str
    roles: Collection[Role]
    may_stay: bool  # neither locked nor removed
    sequence: int

    def ends(self, connection: "OfUser") -> bool:
        return not self.may_stay or set(connection.roles) != set(self.roles)


@dataclass(frozen=True)
class OfUser:
    """A connection in the list of its user's."""

    id: str
    session_id: str
    roles: Collection[Role]
    connected_at: datetime


@dataclass(frozen=True)
class UsersConnections:
    """What is known of a user: connections, oldest first; sessions that were closed a moment ago;
    and the user's last change, if that was a moment ago."""

    connections: Sequence[OfUser]
    closed_sessions: Collection[str] = frozenset()
    changed: ChangedUser | None = None
