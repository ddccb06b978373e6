"""What the transfer service publishes; each event holds all its consumers need."""

from typing import Literal

from pydantic import Field

from contracts.contract import (
    BucketName,
    Bytes,
    Count,
    Crc64,
    Id,
    ObjectKey,
    Published,
    Slug,
    UtcTime,
    VersionId,
)

IfExists = Literal["fail", "replace", "keep_both"]
Verify = Literal["size", "checksum", "readback"]
Protocol = Literal["sftp", "ftp", "ftps"]
SourceChecksum = Literal["matched", "absent", "not_compared"]


class S3Object(Published):
    bucket: BucketName
    key: ObjectKey
    version_id: VersionId | None = None


class Partner(Published):
    """The destination as it was when the event happened."""

    id: Slug
    name: str
    host: str
    protocol: Protocol


class Failure(Published):
    """`code` is stable, `message` says what to do; `retryable`: the same may work later."""

    code: str
    message: str
    retryable: bool


class Receipt(Published):
    """The proof: `crc64nvme` is over all bytes sent, `attempts` counts leases of chunks."""

    target_path: str
    bytes_sent: Bytes
    crc64nvme: Crc64
    verified: Verify
    source_checksum: SourceChecksum = Field(
        description="compared with S3's CRC64NVME; absent: S3 has none for this object"
    )
    host_key_fingerprint: str
    chunks: Count
    attempts: Count
    started_at: UtcTime
    finished_at: UtcTime


class TransferFact(Published):
    """What every transfer event says.

    `run` counts the tries (1, then + 1 by each retry). `sequence` grows with every change of the
    transfer: of two events the one with the larger sequence is newer; TransferProgressed shares the
    sequence of the state it was seen in.
    """

    transfer_id: Id
    owner: str
    run: int = Field(ge=1)
    sequence: Count
    source: S3Object
    destination: Partner
    target_path: str = Field(description="relative to the destination's base path")
    size_bytes: Bytes | None = Field(
        default=None, description="null until the source was inspected"
    )
    requested_at: UtcTime


class TransferRequestedV1(TransferFact):
    """Somebody asked for a transfer, or asked again for a failed one (`run` > 1)."""

    if_exists: IfExists
    verify: Verify


class TransferStartedV1(TransferFact):
    """The source was inspected, the plan made, the first lane sent off."""

    size_bytes: Bytes
    chunks: Count
    lanes: Count
    started_at: UtcTime


class TransferProgressedV1(TransferFact):
    """A sample, at most one a second; may be lost, or late (compare `meta.occurred_at`)."""

    size_bytes: Bytes
    bytes_done: Bytes = Field(description="finished and in flight")
    percent: float = Field(ge=0, le=100)
    rate_bytes_per_second: float = Field(ge=0)
    eta_seconds: float | None = Field(default=None, ge=0, description="null while nothing moves")
    chunks: Count
    chunks_done: Count
    lanes: Count = Field(description="lanes at work")


class TransferCompletedV1(TransferFact):
    """The file stands whole and verified under its name at the partner."""

    size_bytes: Bytes
    receipt: Receipt


class TransferFailedV1(TransferFact):
    """The transfer ended without a file at the partner; nothing half stays visible."""

    bytes_done: Bytes
    failure: Failure
    started_at: UtcTime | None = None
    failed_at: UtcTime


class TransferCancelledV1(TransferFact):
    """Somebody cancelled the transfer; its part file is gone."""

    bytes_done: Bytes
    started_at: UtcTime | None = None
    cancelled_at: UtcTime


class TransferPausedV1(TransferFact):
    """Somebody paused the transfer; what was moved stays moved."""

    bytes_done: Bytes
    paused_at: UtcTime


class TransferResumedV1(TransferFact):
    """A paused transfer goes on where it stopped."""

    bytes_done: Bytes
    resumed_at: UtcTime
