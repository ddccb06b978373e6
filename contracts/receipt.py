"""The proof of a delivery, as events and answers show it."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.contract import (
    Bytes,
    Count,
    Crc64,
    Published,
    Text,
    UtcTime,
)

# What the sender asks for. reread: every byte is read twice from S3 and compared. readback: every
# byte is read back from the partner at the end.
Verify = Literal["size", "checksum", "reread", "readback"]
SourceChecksum = Literal["matched", "absent", "not_compared"]
SourceAlgorithm = Literal["crc64nvme", "crc32c", "crc32", "sha256", "sha1", "md5"]
Proven = Literal["acknowledged", "size", "sampled", "readback"]
Sha256 = Annotated[str, Text("64 lower-case hexadecimal digits", 64, r"[0-9a-f]{64}", 64)]


class FileCounts(Published):
    """Of a transfer of many files. `skipped`: a later try found the very same content under the
    file's name, and did not send it again."""

    total: Count
    done: Count
    failed: Count
    skipped: Count


class PartnerChecksum(Published):
    """Of the whole file, as the partner's server computed it of what it has."""

    algorithm: SourceAlgorithm
    value: str = Field(description="lower-case hex; equal to that of the bytes sent")


class Receipt(Published):
    """The proof of a delivery. `crc64nvme` is over all bytes sent. `attempts` counts leases of
    chunks.

    `verified` is what the sender asked for. `proven` is what was seen at the partner.
    `source_checksum` tells whether the bytes sent were compared with S3's checksum.
    """

    target_path: str
    bytes_sent: Bytes
    crc64nvme: Crc64
    verified: Verify
    proven: Proven | None = Field(
        default=None,
        description="acknowledged: the server acknowledged every write and shows no more; size: the"
        " file has the right size; sampled: ranges of every chunk were read back and are equal;"
        " readback: every byte was read back after the last one was written, and is equal; null:"
        " the event is older than this field",
    )
    delivery: Literal["atomic", "direct"] | None = Field(
        default=None,
        description="atomic: the name appeared when the file was whole; direct: the file was"
        " written under its name, and was visible before it was whole; null: the event is older"
        " than this field",
    )
    source_checksum: SourceChecksum = Field(
        description="matched: the bytes sent have the checksum that S3 has of the object; absent:"
        " S3 has none that we can compare; not_compared: nobody asked for it (verify size)"
    )
    source_algorithm: SourceAlgorithm | None = Field(
        default=None,
        description="the kind of S3's checksum that the bytes were compared with; null when they"
        " were compared with none",
    )
    host_key_fingerprint: str = Field(
        description="what proved the server's identity: the fingerprint of its SSH host key; over"
        " ftps that of its certificate, and what vouched for it; over ftp that nothing did"
    )
    chunks: Count
    attempts: Count
    files: FileCounts | None = Field(default=None, description="null: it is one file")
    files_digest: Sha256 | None = Field(
        default=None,
        description="of many files: SHA-256 over a line for each file in the order of the"
        " inventory: CRC64NVME, a space, the size in bytes, a space, the path below target_path",
    )
    started_at: UtcTime
    finished_at: UtcTime
    left_behind: tuple[str, ...] = Field(
        default=(),
        description="paths of our own temporary files at the partner that could not be removed yet;"
        " removal is tried again",
    )
    statement: str | None = Field(
        default=None,
        description="what was proven, in one sentence for people; null: the event is older than"
        " this field",
    )
    source_compared: Literal["whole", "parts"] | None = Field(
        default=None,
        description="matched by the checksum of the whole object, or by those of all of its parts;"
        " null: not matched, or not recorded",
    )
    durable: bool | None = Field(
        default=None,
        description="the server answered an fsync behind every byte; false: it has none; null: not"
        " known",
    )
    size_seen: bool | None = Field(
        default=None, description="the server showed the right size; null: not recorded"
    )
    read_back_bytes: Bytes | None = Field(
        default=None,
        description="so many of the bytes were read back when the file was written, and are equal;"
        " null: not recorded",
    )
    partner_checksum: PartnerChecksum | None = Field(
        default=None, description="null: the server offers none, or none that could be compared"
    )
