"""Who is told of a transfer: those who watch it, and those who watch a list that it stands in. And
who is told of a conversation with the agent: those of its owner's connections that watch it.

Each connection has a row, its watch, in each audience that it belongs to. Large audiences are split
into shards, so that several workers can tell them at once. A connection stays in the shard that it
was put into. The number of shards grows and never shrinks, so whoever tells all shards up to it
meets every watch.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from services.progress.domain.known_transfer import KnownTransfer

PAGE = 500  # watches of one shard that one worker tells; with more, the audience gets more shards
_TRANSFER, _OWNER, _CONVERSATION = "T#", "MINE#", "TALK#"


@dataclass(frozen=True)
class Audience:
    """`name` is T#<transfer id>, MINE#<owner>, ALL or TALK#<owner>#<conversation id>."""

    name: str

    @property
    def transfer_id(self) -> str | None:
        return self.name.removeprefix(_TRANSFER) if self.name.startswith(_TRANSFER) else None

    @property
    def owner(self) -> str | None:
        return self.name.removeprefix(_OWNER) if self.name.startswith(_OWNER) else None

    @property
    def is_conversation(self) -> bool:
        return self.name.startswith(_CONVERSATION)

    @property
    def is_list(self) -> bool:
        return self.transfer_id is None and not self.is_conversation


EVERYBODY = Audience("ALL")


def of_transfer(transfer_id: str) -> Audience:
    return Audience(f"{_TRANSFER}{transfer_id}")


def of_owner(owner: str) -> Audience:
    return Audience(f"{_OWNER}{owner}")


def of_conversation(user: str, conversation_id: str) -> Audience:
    """Each user has an audience of their own, so nobody gets into the one of a conversation that
    belongs to somebody else. Neither name can hold a '#'. A user's connections need no shards."""
    return Audience(f"{_CONVERSATION}{user}#{conversation_id}")


@dataclass(frozen=True)
class Watch:
    """One connection in one audience. `shards` is what the audience had when this was written.

    `itself` is for watches of a list: transfers that the same connection also watches by id. They
    are told there, with their details, and not here: the client would ignore the second message.
    Until `behind_until` the connection takes nothing in. A message waits to bring it up to date.
    """

    audience: Audience
    shard: int
    connection_id: str
    user: str
    sees_all: bool
    since: datetime
    ends_at: datetime
    shards: int = 1
    itself: Collection[str] = frozenset()
    behind_until: datetime | None = None

    def may_see(self, owner: str) -> bool:
        return self.sees_all or self.user == owner

    def shows(self, known: KnownTransfer) -> bool:
        return self.may_see(known.owner) and known.transfer_id not in self.itself

    def is_behind(self, now: datetime) -> bool:
        return self.behind_until is not None and now < self.behind_until


def shard_of(connection_id: str, shards: int) -> int:
    return crc32(connection_id.encode()) % shards


@dataclass(frozen=True)
class WatchPage:
    """Some watches of a shard, in the order of their connections. `after`: there are more, after
    this connection."""

    watches: Sequence[Watch]
    after: str | None = None

    def is_crowded(self, shards: int) -> bool:
        """Whether the audience needs more shards than it has. Watches from before the last growth
        count little, because they stay where they are."""
        newest = sum(each.shards == shards for each in self.watches)
        return self.after is not None and 2 * newest >= len(self.watches)
