"""HTTP requests and answers about transfers, their history, buckets, files and health."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.caller import Prefix, UserName
from contracts.contract import (
    PLAIN,
    BucketName,
    Bytes,
    Contract,
    Count,
    Id,
    ObjectKey,
    PageQuery,
    Published,
    SentTime,
    Slug,
    Text,
    UtcTime,
    VersionId,
)
from contracts.transfer_events import (
    IfExists,
    Receipt,
    S3Object,
    SourceAlgorithm,
    Trouble,
    Verify,
)

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
# The transfer service checks a path's characters and parts, with reason codes of its own.
TargetPath = Annotated[str, Text("A target path has 1 to 4095 characters.", 4_095)]
Label = Annotated[str, Text("A label has 1 to 64 characters, none of control.", 64, PLAIN)]
ReasonCode = Annotated[str, Text("1 to 64 of a-z 0-9 _", 64, r"[a-z0-9_]+")]


class SourceObject(Contract):
    bucket: BucketName
    key: ObjectKey
    version_id: VersionId | None = None


class StartTransferRequest(Contract):
    """`target_path` is relative to the base path. Without it the last part of the key is used."""

    source: SourceObject
    destination_id: Slug
    target_path: TargetPath | None = None
    if_exists: IfExists = "fail"
    verify: Verify = "checksum"
    label: Label | None = Field(
        default=None, description="a word of yours, to find the transfer by"
    )


class TransfersQuery(PageQuery):
    """A transfer is listed when it meets every condition."""

    owner: UserName | Literal["*"] | None = Field(
        default=None, description="whose transfers; '*' is everybody's; yours without it"
    )
    state: Literal["active", "ended"] | None = None
    status: TransferStatus | None = None
    destination: Slug | None = None
    bucket: BucketName | None = None
    prefix: Prefix = Field(default="", description="of the key; needs `bucket`")
    reason: ReasonCode | None = Field(default=None, description="the `code` of its failure")
    label: Label | None = None
    since: SentTime | None = Field(
        default=None, alias="from", description="requested then or later; as 2026-11-02T12:00:00Z"
    )
    until: SentTime | None = Field(default=None, description="requested earlier than that")
    order: Literal["newest", "oldest"] = Field(default="newest", description="which comes first")


class HistoryQuery(TransfersQuery):
    format: Literal["json", "csv"] = "json"


class FilesQuery(PageQuery):
    prefix: Prefix = ""
    delimiter: Literal["/", ""] = "/"


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
    strategy: str | None = Field(description="how the file is moved, and why")
    size_bytes: Bytes | None
    source_checksum: Literal[SourceAlgorithm, "none"] | None = Field(
        description="the kind of S3's checksum of the object, to compare the bytes with; none:"
        " S3 has none that we can compare; null until the source was inspected"
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


class TransferView(TransferSummary):
    """The full state. `percent`, rate and ETA are null while they are not known."""

    correlation_id: Id
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
        default=(), description="sentences about what is not promised at this partner's server"
    )


class TransfersPage(Published):
    """In the order of their requests. `cursor` is null on the last page. Other pages may hold fewer
    than `limit`, or none: go on with their cursor."""

    transfers: tuple[TransferSummary, ...]
    cursor: str | None


class BucketView(Published):
    name: str
    created_at: UtcTime


class BucketsPage(Published):
    """Sorted by name. `cursor` is null on the last page."""

    buckets: tuple[BucketView, ...]
    cursor: str | None


class FileView(Published):
    key: str
    size_bytes: Bytes
    last_modified: UtcTime
    etag: str


class FilesPage(Published):
    """`folders` are common prefixes with their delimiter. `cursor` is null on the last page."""

    files: tuple[FileView, ...]
    folders: tuple[str, ...]
    cursor: str | None


class HealthView(Published):
    status: Literal["ok"]
    service: str
    stage: str
    time: UtcTime
