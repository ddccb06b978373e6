"""HTTP requests and answers about transfers, their history, buckets, files and health."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.caller import Prefix, UserName
from contracts.contract import (
    PLAIN,
    BucketName,
    Contract,
    Digest,
    ETag,
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
from contracts.receipt import Verify
from contracts.transfer_events import IfExists, Percent
from contracts.transfer_views import TransferStatus

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
    etag: ETag | None = Field(
        default=None,
        exclude_if=lambda etag: etag is None,  # a key's request from before stays the same
        description="only with `key`: send the object only while it has this ETag, also in a retry",
    )
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
        if self.key is None and self.etag is not None:
            raise PydanticCustomError("etag_of_many", "etag goes with key only.")
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


class RequestOrigin(Contract):
    """The agent's proposal that the request comes from. The agent names it when the proposal is
    confirmed; nobody else has a use for it."""

    conversation_id: Id
    proposal_id: Id
    digest: Digest


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
    origin: RequestOrigin | None = Field(
        default=None,
        exclude_if=lambda origin: origin is None,  # a key's request from before stays the same
        description="the agent's proposal that it comes from",
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


class TransferFilesQuery(PageQuery):
    outcome: Literal["waiting", "done", "failed", "skipped"] | None = None


class HealthView(Published):
    status: Literal["ok"]
    service: str
    stage: str
    time: UtcTime
