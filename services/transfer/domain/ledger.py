"""The ledger's records: chunks, their leases, lanes and session slots."""

from dataclasses import dataclass
from datetime import datetime

from services.transfer.domain.rate import Rate


@dataclass(frozen=True)
class LedgerId:
    """One ledger per part file: a retry from the beginning opens the next generation."""

    transfer_id: str
    generation: int


@dataclass(frozen=True)
class ChunkLease:
    """The right to move one chunk until `until`.

    `attempt` starts at 1 and grows with every take-over: only the highest one may finish the chunk.
    The first `done_bytes` were acknowledged by the partner under an earlier lease (a checkpoint);
    `crc64` is the CRC64NVME of exactly those bytes.
    """

    ledger: LedgerId
    number: int
    worker: str
    attempt: int
    until: datetime
    done_bytes: int = 0
    crc64: int = 0


@dataclass(frozen=True)
class DoneChunk:
    number: int
    length_bytes: int
    crc64: int
    attempt: int


@dataclass(frozen=True)
class Progress:
    """The ledger's sums. `bytes_done` is of finished chunks only; `attempts` are leases given."""

    chunks_total: int
    next_chunk: int
    chunks_done: int
    bytes_done: int
    attempts: int
    rate: Rate | None = None  # the last published sample, bytes in flight included


@dataclass(frozen=True)
class Lane:
    """One lane of a transfer: at most one worker drives its current `turn`.

    `worker` is None while its message waits in the queue. `failures` counts errors in a row.
    `bytes_in_flight` are those of
    the unfinished chunk the lane is moving, for the live display only.
    """

    transfer_id: str
    generation: int
    number: int
    turn: int
    worker: str | None
    until: datetime  # lease when driven; when queued: the time by which it should have been taken
    failures: int = 0
    bytes_in_flight: int = 0
    ended: bool = False


@dataclass(frozen=True)
class Slot:
    """One of a destination's sessions, leased by `holder` until `until`."""

    destination_id: str
    number: int
    holder: str
    until: datetime


@dataclass(frozen=True)
class LaneMessage:
    """What travels on the lane queue: 'turn n of lane k of transfer T'."""

    transfer_id: str
    generation: int
    lane: int
    turn: int
