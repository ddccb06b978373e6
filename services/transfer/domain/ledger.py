"""The ledger's records: chunks, their leases, and how far they are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.transfer.domain.file_outcomes import FileCounts, counts_of
from services.transfer.domain.rate import Rate


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
    `target_crc` is in the algorithm that the strategy compares with the partner's server.
    """

    done_bytes: int = 0
    crc64: int = 0  # CRC64NVME
    sample_crc64: int = 0  # of the bytes that samples.py chooses
    source_crc: int = 0
    unit_crc64: int = 0
    target_crc: int = 0
    readback_crc64: int = 0  # of the share that is read back in the end, where it is not all
    files: str | None = None  # of a page: what became of its files so far, see file_outcomes.py
    proven: str | None = None  # of a page: the least of what was seen of its files

    @property
    def counts(self) -> FileCounts:
        return counts_of(self.files)


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
    files_done: int = 0  # of finished pages, as the next two
    files_failed: int = 0
    files_skipped: int = 0

    @property
    def files(self) -> FileCounts:
        return FileCounts(self.files_done, self.files_failed, self.files_skipped)

    @property
    def complete(self) -> bool:
        return self.opened and self.chunks_done == self.chunks_total


NEVER_OPENED = Progress(0, 0, 0, 0, 0, opened=False)
