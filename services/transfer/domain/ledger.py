"""The ledger's records: chunks with their leases, lanes and session slots."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.transfer.domain.rate import Rate

CLOCKS_DIFFER = timedelta(seconds=30)  # at most, of two workers; NTP keeps them within one second


class Pass(StrEnum):
    """Lanes go through the chunks once to move them and, for `readback`, a second time to prove
    them."""

    MOVE = "move"
    PROVE = "prove"


@dataclass(frozen=True)
class LedgerId:
    """Each part file is a generation, and has one ledger for each pass."""

    transfer_id: str
    generation: int
    work: Pass = Pass.MOVE

    @property
    def proof(self) -> "LedgerId":
        return LedgerId(self.transfer_id, self.generation, Pass.PROVE)


@dataclass(frozen=True)
class Mark:
    """How far a chunk has come, with checksums of its first `done_bytes`.

    `source_crc` is in the algorithm of S3's checksum. It is used only where that algorithm combines
    and is not CRC64NVME. `unit_crc64` covers the bytes since the last part of the source began.
    """

    done_bytes: int = 0
    crc64: int = 0  # CRC64NVME
    sample_crc64: int = 0  # of the bytes that samples.py chooses
    source_crc: int = 0
    unit_crc64: int = 0


NOTHING_DONE = Mark()


@dataclass(frozen=True)
class ChunkLease:
    """The right to move one chunk until `until`.

    `attempt` starts at 1 and grows with every take-over. Only the highest attempt may finish the
    chunk. The bytes up to `mark` are acknowledged and durable. The bytes up to `ahead` were
    acknowledged under an earlier lease, but its connection broke before they were made durable.
    `doubts` counts how often the chunk is moved again because its content differed.
    """

    ledger: LedgerId
    number: int
    worker: str
    attempt: int
    until: datetime
    mark: Mark = NOTHING_DONE
    ahead: Mark | None = None
    doubts: int = 0


@dataclass(frozen=True)
class DoneChunk:
    """`part` is the path of the part file that the chunk was written into."""

    number: int
    attempt: int
    mark: Mark
    part: str
    doubts: int = 0

    @property
    def length_bytes(self) -> int:
        return self.mark.done_bytes


@dataclass(frozen=True)
class Progress:
    """The ledger's sums. `bytes_done` counts finished chunks only. `attempts` counts leases
    given."""

    chunks_total: int
    next_chunk: int
    chunks_done: int
    bytes_done: int
    attempts: int
    rate: Rate | None = None  # the last published sample, bytes in flight included
    opened: bool = True

    @property
    def complete(self) -> bool:
        return self.opened and self.chunks_done == self.chunks_total


NEVER_OPENED = Progress(0, 0, 0, 0, 0, opened=False)


@dataclass(frozen=True)
class Lane:
    """One lane of a transfer. At most one worker drives its current `turn`.

    `worker` is None while the lane's message waits in the queue, or while the lane is `parked`: it
    stands in the line for a session and has no message. `failures` counts errors in a row.
    `untaken` counts turns in a row that no worker took. `bytes_in_flight` are those of the chunk
    that the lane is moving, for the live display only.
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


@dataclass(frozen=True)
class Slot:
    """One of a destination's sessions, leased by `holder` until `until`."""

    destination_id: str
    number: int
    holder: str
    until: datetime


def is_over(until: datetime, now: datetime, mine: datetime) -> bool:
    """Whether a lease that ends at `until` may be taken over. `mine` is the end of the new lease.

    All leases are given for the same time. So a lease that ends much later than `mine` was written
    by a clock that runs ahead, and is not believed. The attempt numbers keep this safe in any case.
    """
    return until <= now or until > mine + CLOCKS_DIFFER


@dataclass(frozen=True)
class LaneMessage:
    """A message on the lane queue. It says 'turn n of lane k of transfer T'."""

    transfer_id: str
    generation: int
    lane: int
    turn: int
