"""HTTP answers about transfers and their files."""

from typing import Literal

from pydantic import Field

from contracts.contract import (
    Bytes,
    Count,
    Crc64,
    Id,
    Published,
    Slug,
    UtcTime,
)
from contracts.receipt import FileCounts, Receipt, SourceAlgorithm, Verify
from contracts.transfer_events import IfExists, Origin, Percent, S3Object, Trouble

TransferStatus = Literal[
    "requested",
    "moving",
    "paused",
    "verifying",
    "committing",
    "completed",
    "failing",
    "failed",
    "cancelling",
    "cancelled",
]


class ChunkCounts(Published):
    """`open` chunks are neither done nor being moved."""

    total: Count
    done: Count
    open: Count
    proven: Count = Field(default=0, description="read back from the partner (verify readback)")


class LaneView(Published):
    number: Count
    state: Literal["queued", "moving", "ended"]
    turn: Count
    bytes_in_flight: Bytes
    failures: Count = Field(description="errors in a row")


class FailureView(Trouble):
    """A failure, and while it is being tried again: which try failed, and when the next one is."""


class TransferSummary(Published):
    id: Id
    status: TransferStatus
    owner: str
    label: str | None
    source: S3Object
    destination_id: Slug
    target_path: str = Field(description="as asked for, relative to the destination's base path")
    final_path: str | None = Field(
        description="the whole path as it was sent to the partner, once decided; relative to the"
        " login's folder where the base path is"
    )
    if_exists: IfExists
    verify: Verify
    readback_percent: Percent | None = Field(
        description="of the bytes, for verify readback; null: all of them"
    )
    strategy: str | None = Field(description="how the file is moved, and why")
    planned_proof: str | None = Field(
        description="what will be proven at the partner, in one sentence; null until it is planned,"
        " and for many files",
    )
    size_bytes: Bytes | None
    source_checksum: Literal[SourceAlgorithm, "none"] | None = Field(
        description="the kind of S3's checksum of the object, to compare the bytes with; none:"
        " S3 has none that we can compare; null until the source was inspected, and of many files"
    )
    run: int = Field(ge=1)
    requested_at: UtcTime
    updated_at: UtcTime
    started_at: UtcTime | None
    finished_at: UtcTime | None
    failure: FailureView | None = Field(
        description="why it failed; while under way: the trouble it has now, null once that is over"
    )
    receipt: Receipt | None
    origin: Origin | None = Field(
        description="the agent's proposal that its request names; null: it names none"
    )


class TransferView(TransferSummary):
    """The full state. `percent`, rate and ETA are null while they are not known."""

    correlation_id: Id
    files: FileCounts | None = Field(
        description="of many files; null: it is one, or they were not listed yet"
    )
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    bytes_done: Bytes = Field(description="finished and in flight")
    percent: float | None = Field(ge=0, le=100)
    rate_bytes_per_second: float | None = Field(ge=0)
    eta_seconds: float | None = Field(ge=0)
    chunks: ChunkCounts
    lanes: tuple[LaneView, ...]
    attempts: Count = Field(description="leases of chunks given so far")
    warnings: tuple[str, ...] = Field(
        description="sentences about target_path: what some servers would do with such a name",
    )
    cautions: tuple[str, ...] = Field(
        description="sentences about what is not promised at this partner's server"
    )


class TransferFileView(Published):
    """One of many files. `path` is below target_path. The last three are null where they say
    nothing."""

    key: str
    path: str
    size_bytes: Bytes
    outcome: Literal["waiting", "done", "failed", "skipped"]
    code: str | None = Field(description="why it failed, as in docs/reasons.md")
    message: str | None
    crc64nvme: Crc64 | None


class TransferFilesPage(Published):
    """In the order of the inventory. `cursor` is null on the last page. Other pages may hold fewer
    than `limit`, or none: go on with their cursor."""

    files: tuple[TransferFileView, ...]
    cursor: str | None


class TransfersPage(Published):
    """In the order of their requests. `cursor` is null on the last page. Other pages may hold fewer
    than `limit`, or none: go on with their cursor."""

    transfers: tuple[TransferSummary, ...]
    cursor: str | None
