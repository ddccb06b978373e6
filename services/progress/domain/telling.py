"""What watchers are told of transfers and answers, and the messages that have it told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.progress.domain.audience import Watch
from services.progress.domain.known_transfer import KnownTransfer

PACE = timedelta(seconds=0.5)  # at most two tellings a second of each transfer
MAX_PIECE_AGE = timedelta(seconds=60)  # more than twice as long as a turn may take
CLOCKS_DIFFER = timedelta(seconds=5)  # of two workers, at most


@dataclass(frozen=True)
class Told:
    """The last telling of a transfer. `base` None: it was told whole. `runs` are its chunks then.

    Who tells again after a crash says `again`. It cannot know whom it has reached, so it begins at
    the last telling's base.
    """

    transfer_id: str
    epoch: str
    base: int | None
    seq: int
    at: datetime
    runs: str | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Another telling would come too soon. A clock that is far ahead stops nobody."""
        return -CLOCKS_DIFFER < now - self.at < PACE

    def is_ahead_of(self, known: KnownTransfer) -> bool:
        """It was claimed after `known` was read, by one who had read something newer."""
        return self.epoch == known.epoch and self.seq > known.seq

    def then(self, known: KnownTransfer, now: datetime, again: bool) -> "Told":
        base = self.base if again else self.seq
        if known.epoch != self.epoch:
            base = None
        return replace(first_told(known, now), base=base)


def first_told(known: KnownTransfer, now: datetime) -> Told:
    runs = known.shown.get("chunk_runs")
    kept = runs if isinstance(runs, str) else None
    return Told(known.transfer_id, known.epoch, None, known.seq, now, kept)


@dataclass(frozen=True)
class Telling:
    """Pieces of messages as JSON, by who gets them. `whole`: they are whole transfers, and not what
    has changed.

    `listed` is for watchers of lists. `steady` is for those who were told the last time, too.
    `fresh` is for watchers since `fresh_since`: they know the transfer from between two tellings.
    """

    transfer_id: str
    owner: str
    whole: bool
    listed: str
    steady: str
    fresh: str
    fresh_since: datetime | None
    again: bool = False

    def piece_for(self, watch: Watch) -> str:
        if not watch.audience.transfer_id:
            return self.listed
        if self.fresh_since is not None and watch.since >= self.fresh_since:
            return self.fresh
        return self.steady

    def is_for(self, watch: Watch) -> bool:
        return watch.may_see(self.owner) and self.transfer_id not in watch.itself


@dataclass(frozen=True)
class Notice:
    """There may be something new in a transfer. `again`: what was told last may not have come."""

    transfer_id: str
    again: bool = False
    kind: Literal["notice"] = "notice"


@dataclass(frozen=True)
class Page:
    """Has the watches of one shard told, after and until these connections.

    It carries what is told. A worker that read the transfer anew would tell these watchers another
    `seq` than the others, and the next change would not follow on it.
    """

    audience: str
    shard: int
    tellings: tuple[Telling, ...]
    after: str = ""
    until: str | None = None
    kind: Literal["page"] = "page"


@dataclass(frozen=True)
class CatchUp:
    """Tells a connection that was slow the newest state of all that it watches in one audience."""

    audience: str
    shard: int
    connection_id: str
    tries: int = 0
    kind: Literal["catch_up"] = "catch_up"


@dataclass(frozen=True)
class Piece:
    """A piece of an answer of the agent, for those connections of `owner` that watch the
    conversation. It was written at `at`."""

    owner: str
    conversation_id: str
    turn_id: str
    number: int
    at: datetime
    text: str = ""
    tool: str | None = None
    ended: bool = False
    kind: Literal["piece"] = "piece"

    def is_late(self, now: datetime) -> bool:
        """The turn is over, and its answer has been read. So it is when events are replayed."""
        return now - self.at > MAX_PIECE_AGE


FanOut = Notice | Page | CatchUp | Piece
