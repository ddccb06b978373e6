"""Lanes of a transfer, and the sessions that they hold."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.transfer.domain.lane_figures import NOTHING_MOVED, LaneFigures


@dataclass(frozen=True)
class Lane:
    """One lane of a transfer. At most one worker drives its current `turn`.

    `worker` is None while the lane's message waits in the queue, or while the lane is `parked`: it
    stands in the line for a session and has no message. `failures` counts errors in a row.
    `untaken` counts turns in a row that no worker took. `bytes_in_flight` are those of the chunk
    that the lane is moving, for the live display only. `figures` grow through all turns.
    `session_since`: since when its worker has a session with the partner. `leaving`: its worker
    found no more work in this turn, and writes nothing any more. `long`: its turns are longer than
    a function lives, so only a container takes them.
    """

    transfer_id: str
    generation: int
    number: int
    turn: int
    worker: str | None
    until: datetime  # driven: the end of its lease; else: by then it should be taken, or called
    failures: int = 0
    untaken: int = 0
    bytes_in_flight: int = 0
    ended: bool = False
    parked: bool = False
    figures: LaneFigures = NOTHING_MOVED
    session_since: datetime | None = None
    leaving: bool = False
    long: bool = False

    @property
    def message(self) -> "LaneMessage":
        """The one that asks for its turn."""
        return LaneMessage(self.transfer_id, self.generation, self.number, self.turn, self.long)

    @property
    def is_troubled(self) -> bool:
        return not self.ended and bool(self.failures or self.untaken)

    @property
    def as_queued(self) -> "Lane":
        """As it waits for a worker, whatever its last turn had."""
        return replace(
            self, worker=None, bytes_in_flight=0, ended=False, session_since=None, leaving=False
        )

    def taken_by(self, worker: str, until: datetime) -> "Lane":
        """As a worker takes it. A worker that had this turn before has died, which is a failure."""
        failures = self.failures + (0 if self.worker is None else 1)
        return replace(
            self,
            worker=worker,
            until=until,
            failures=failures,
            untaken=0,
            bytes_in_flight=0,
            session_since=None,
            leaving=False,
        )


@dataclass(frozen=True)
class Slot:
    """One of a destination's sessions, leased by `holder` until `until`. It has it since `since`,
    where that is known. `long`: a lane that may keep it for long, and can be asked to give way.
    `logged_in`: a step or a test has a session there. Of a lane its own row tells that."""

    destination_id: str
    number: int
    holder: str
    until: datetime
    since: datetime | None = None
    long: bool = False
    logged_in: bool = False


@dataclass(frozen=True)
class LaneMessage:
    """A message on a lane queue. It says 'turn n of lane k of transfer T'."""

    transfer_id: str
    generation: int
    lane: int
    turn: int
    long: bool = False  # for the queue of containers
