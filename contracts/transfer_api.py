"""HTTP requests and answers about transfers, their history, buckets, files and health."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.caller import Prefix, UserName
from contracts.contract import (
    PLAIN,
    BucketName,
    Bytes,
    Contract,
    Count,
    Crc64,
    Id,
    ObjectKey,
    PageQuery,
    Published,
    SentTime,
    Slug,
    Text,
    UtcTime,
    VersionId,
    without_null,
)
from contracts.transfer_events import (
    FileCounts,
    IfExists,
    Percent,
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


MAX_PATTERNS = 20
Pattern = Annotated[str, Text("A pattern has 1 to 256 characters, none of control.", 256, PLAIN)]
Patterns = Annotated[tuple[Pattern, ...], Field(max_length=MAX_PATTERNS)]


ONE_OF = ("key", "prefix", "manifest")


def _one_of_three(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": [each]} for each in ONE_OF]
    for name, field in schema["properties"].items():
        schema["properties"][name] = without_null(field) if name in ONE_OF else field


class SourceObject(Contract):
    """One object by its `key`, or many: all below a `prefix`, or those that a `manifest` lists."""

    model_config = ConfigDict(json_schema_extra=_one_of_three)

    bucket: BucketName
    key: ObjectKey | None = None
    version_id: VersionId | None = Field(default=None, description="only with `key`")
    prefix: ObjectKey | None = Field(
        default=None, description="every object whose key begins with it, up to 100,000"
    )
    manifest: ObjectKey | None = Field(
        default=None,
        description="the key of an object of the same bucket: UTF-8, in each line one key, or one"
        ' JSON object such as {"key": "a/b.csv"}; up to 100,000 keys and 32 MiB',
    )
    include: Patterns = Field(
        default=(),
        description="of many: only files whose name below target_path fits one of these: * and ?"
        " within a part between slashes, ** for any number of parts, [abc]; without a slash it is"
        " compared with the last part",
    )
    exclude: Patterns = Field(default=(), description="of many: no files that fit one of these")

    @model_validator(mode="after")
    def _is_one_of_three(self) -> Self:
        given = [name for name in ONE_OF if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError("one_source", "Give one of key, prefix and manifest.")
        if self.key is None and self.version_id is not None:
            raise PydanticCustomError("version_of_many", "version_id goes with key only.")
        if self.key is not None and (self.include or self.exclude):
            raise PydanticCustomError(
                "patterns_of_one", "include and exclude go with prefix or manifest only."
            )
        return self


def _share_only_with_readback(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [
        {"properties": {"readback_percent": {"type": "null"}}},
        {"required": ["verify"], "properties": {"verify": {"const": "readback"}}},
    ]


class StartTransferRequest(Contract):
    """`target_path` is relative to the base path. Without it the last part of the key is used. Of
    many files it is the folder that they go into; without it they go into the base path itself. A
    file's name below it is its key without the folder of the prefix; with a manifest it is the
    whole key."""

    model_config = ConfigDict(json_schema_extra=_share_only_with_readback)

    source: SourceObject
    destination_id: Slug
    target_path: TargetPath | None = None
    if_exists: IfExists = "fail"
    verify: Verify = "checksum"
    readback_percent: Percent | None = Field(
        default=None,
        exclude_if=lambda percent: percent is None,  # a key's request from before stays the same
        description="for verify readback: read back so much of the bytes, in places that the"
        " partner cannot know; all of them without it",
    )
    label: Label | None = Field(
        default=None, description="a word of yours, to find the transfer by"
    )

    @model_validator(mode="after")
    def _share_of_readback(self) -> Self:
        if self.readback_percent is not None and self.verify != "readback":
            raise PydanticCustomError(
                "readback_percent", "Give readback_percent only with verify 'readback'."
            )
        return self


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


class TransferFilesQuery(PageQuery):
    outcome: Literal["waiting", "done", "failed", "skipped"] | None = None


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
