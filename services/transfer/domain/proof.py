"""What is known about the bytes at the partner, and the receipt that says it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.destination import Delivery
from services.transfer.domain.file_outcomes import FileCounts


class Verify(StrEnum):
    """What the user asks for. CHECKSUM proves more than SIZE. REREAD and READBACK each prove more
    than CHECKSUM."""

    SIZE = "size"  # the target has the right size
    CHECKSUM = "checksum"  # SIZE + the bytes read have S3's checksum; samples are read back
    REREAD = "reread"  # CHECKSUM + every byte is read twice from S3, and both times the same
    READBACK = "readback"  # CHECKSUM + at the end every byte is read back from the partner


class Proven(StrEnum):
    """What was seen at the partner. Each value says more than the one before it."""

    ACKNOWLEDGED = "acknowledged"  # the server acknowledged every write, and shows no more
    SIZE = "size"
    SAMPLED = "sampled"  # some ranges of every chunk were read and are equal
    READBACK = "readback"  # every byte was read after the last one was written, and is equal


class SourceChecksum(StrEnum):
    """Whether the bytes sent were compared with S3's own checksum of the object."""

    MATCHED = "matched"
    ABSENT = "absent"  # S3 has none that we can compare
    NOT_COMPARED = "not_compared"  # Verify.SIZE


ALL_PERCENT = 100  # of a file's bytes


@dataclass(frozen=True)
class AtPartner:
    """What was seen at the partner, beside Proven. `durable`: the server answered an fsync behind
    every byte. `read_back_bytes` were read from the file when it was written, and are equal. None
    where that is not on record."""

    durable: bool | None = None
    size_seen: bool | None = None
    read_back_bytes: int | None = None
    checksum: FileChecksum | None = None  # the server's own of the whole file, and equal to ours


NOT_RECORDED = AtPartner()


@dataclass(frozen=True)
class Proof:
    """What VerifyTarget found. `part` is the path of the part file that was verified. `by_parts`:
    what was compared with S3 are the checksums of the object's parts."""

    part: str
    crc64nvme: int  # of all bytes sent
    source_checksum: SourceChecksum
    source_algorithm: Algorithm | None
    proven: Proven
    files_digest: str | None = None  # of many files; contracts/transfer_events.py says over what
    by_parts: bool | None = None
    at_partner: AtPartner = NOT_RECORDED


@dataclass(frozen=True)
class Receipt:
    """The proof of a completed transfer. `crc64nvme` is over all bytes sent. `attempts` counts
    chunk leases. `left_behind` names our files that could not be removed yet; the sweeper tries
    again.
    """

    target_path: str
    bytes_sent: int
    crc64nvme: int
    verified: Verify
    proven: Proven
    source_checksum: SourceChecksum
    source_algorithm: Algorithm | None
    host_key_fingerprint: str
    chunks: int
    attempts: int
    started_at: datetime
    finished_at: datetime
    left_behind: tuple[str, ...] = ()
    delivery: Delivery = Delivery.ATOMIC
    files: FileCounts | None = None
    files_digest: str | None = None
    by_parts: bool | None = None
    at_partner: AtPartner = NOT_RECORDED
