"""A transfer as its watchers see it, and what has changed in it."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    model_serializer,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from contracts.contract import Bytes, Count, Id, Published, Text, UtcTime
from contracts.receipt import FileCounts, Receipt
from contracts.transfer_events import ChunkRuns, Partner, S3Object
from contracts.transfer_views import FailureView

LiveStatus = Literal[
    "requested", "moving", "paused", "verifying", "committing", "completed", "failed", "cancelled"
]
Epoch = Annotated[str, Text("The epoch of the last message, unchanged.", 32, r"[0-9a-f]+")]
Seq = Annotated[int, Field(ge=0, le=2**53 - 1)]  # JavaScript's Number.MAX_SAFE_INTEGER


class Position(Published):
    """How much of a transfer a client knows.

    `seq` grows with each change that its watchers can see. An `epoch` is one life of what the
    service knows of the transfer. Positions of two epochs cannot be compared.
    """

    transfer_id: Id
    epoch: Epoch
    seq: Seq


class Eta(Published):
    """How long until all bytes are moved, as the rates of the last 30 seconds would have it.

    Both figures are null, and `text` is 'unknown', while the rate is not steady enough to say.
    """

    low_seconds: float | None = Field(default=None, ge=0)
    high_seconds: float | None = Field(default=None, ge=0)
    text: str = Field(description="for people, two units at most: '2 min 5 s', '1 h to 1 h 10 min'")


class LiveChunks(Published):
    total: Count
    done: Count
    proven: Count = Field(default=0, description="read back from the partner (verify readback)")


class LiveFields(Published):
    """What may change in a transfer while it is watched."""

    status: LiveStatus
    run: int = Field(ge=1)
    size_bytes: Bytes | None = Field(description="null until the source was inspected")
    bytes_done: Bytes = Field(description="finished and in flight; never less than before in a run")
    percent: float | None = Field(ge=0, le=100, description="null until the size is known")
    rate_bytes_per_second: float | None = Field(
        ge=0, description="average of the last 30 seconds; null while nothing moves"
    )
    eta: Eta | None = Field(description="null while nothing moves")
    chunks: LiveChunks
    chunk_runs: ChunkRuns | None = Field(
        default=None,
        description="the chunks from the first to the last, as run lengths: 120d1m365w is 120 that"
        " are done, one that is being moved, 365 that wait; null where it is not known, and where a"
        " list of transfers is watched",
    )
    files: FileCounts | None = Field(
        default=None, description="of many files; null: it is one, or they were not listed yet"
    )
    lanes: Count = Field(description="lanes at work")
    failure: FailureView | None = Field(
        description="why it failed; while under way: the trouble it has now"
    )
    receipt: Receipt | None = Field(
        default=None, description="of a completed transfer; null where a list is watched"
    )
    started_at: UtcTime | None
    finished_at: UtcTime | None
    seen_at: UtcTime = Field(
        description="when the newest fact in here was seen where the transfer runs"
    )


class LiveTransfer(LiveFields, Position):
    """All that watchers are shown of a transfer."""

    owner: str
    label: str | None
    source: S3Object
    destination: Partner
    target_path: str
    requested_at: UtcTime


def _any_may_be_missing(schema: dict[str, Any]) -> None:
    """A default would make a reader that fills in defaults forget what has not changed."""
    schema.pop("additionalProperties", None)
    for field in schema["properties"].values():
        field.pop("default", None)


class _OnlyWhatIsSet(Published):
    """The fields that have changed, each with its whole new value. A field that is missing has not
    changed. One that is null is null from now on."""

    model_config = ConfigDict(json_schema_extra=_any_may_be_missing)

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if name in self.model_fields_set}


def _left_out_at_will(field: FieldInfo) -> tuple[Any, FieldInfo]:
    return field.annotation, FieldInfo.merge_field_infos(field, default=None)


if TYPE_CHECKING:
    LivePatch = LiveFields  # the same fields, and any of them may be missing
else:
    _FIELDS = {name: _left_out_at_will(field) for name, field in LiveFields.model_fields.items()}
    LivePatch = create_model(
        "LivePatch", __base__=_OnlyWhatIsSet, __doc__=_OnlyWhatIsSet.__doc__, **_FIELDS
    )


class ChunkChange(Published):
    """These runs take the place of as many chunks, from `first` on."""

    first: Count = Field(description="the first chunk of all is 0")
    runs: ChunkRuns


class LiveChange(Position):
    """Takes a client from any `seq` between `base` and `seq - 1` to `seq`.

    A client that is behind `base` has missed something, and subscribes again. One that is at `seq`
    or further ignores the change.
    """

    base: Seq
    set: LivePatch
    chunk_changes: tuple[ChunkChange, ...] | None = Field(
        default=None,
        description="in the place of `set.chunk_runs`, where that is much longer; for clients at"
        " exactly `base`: another one subscribes again",
    )

    @model_validator(mode="after")
    def _leads_forward(self) -> "LiveChange":
        if self.base >= self.seq:
            raise PydanticCustomError("no_change", "seq has to be larger than base.")
        return self
