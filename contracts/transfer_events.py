"""What the transfer service publishes. Each event holds all that its consumers need."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.contract import (
    BucketName,
    Bytes,
    Count,
    Digest,
    Id,
    ObjectKey,
    Published,
    Slug,
    Text,
    UtcTime,
    VersionId,
)
from contracts.receipt import FileCounts, Receipt, SourceAlgorithm, Verify

IfExists = Literal["fail", "replace", "keep_both"]
Protocol = Literal["sftp", "ftp", "ftps"]
UnderWay = Literal["requested", "moving", "paused", "verifying", "committing"]
MAX_RUNS_LENGTH = 4_000  # characters; 10,000 chunks in a thousand runs have some 3,000
Percent = Annotated[int, Field(ge=1, le=100)]
ChunkRuns = Annotated[
    str,
    Text(
        "Counts, each with d for done, m for being moved or w for waiting: 120d1m365w",
        MAX_RUNS_LENGTH,
        r"([1-9][0-9]{0,9}[dmw])+",
    ),
]


class S3Object(Published):
    """One object, or many that are sent as one transfer."""

    bucket: BucketName
    key: ObjectKey
    version_id: VersionId | None = None
    kind: Literal["prefix", "manifest"] | None = Field(
        default=None,
        description="prefix: every object whose key begins with `key`; manifest: the objects that"
        " the object `key` lists; null: the one object",
    )


class Origin(Published):
    """The agent's proposal that a request names as where it comes from. `digest` is the proposal's:
    ProposalConfirmed of that id says who confirmed it."""

    conversation_id: Id
    proposal_id: Id
    digest: Digest


class Partner(Published):
    """The destination as it was when the event happened."""

    id: Slug
    name: str
    host: str
    protocol: Protocol


class Failure(Published):
    """`code` is stable. `message` says what to do. `retryable`: the same request may work later."""

    code: str
    message: str
    retryable: bool


class Trouble(Failure):
    """Why a transfer does not go on just now, and when it is tried again: try `attempt` of
    `attempts` failed. Both are null where nothing is counted, for example while it waits for a
    session."""

    attempt: Count | None = None
    attempts: Count | None = Field(default=None, description="after so many it fails")
    next_try_at: UtcTime | None = Field(
        default=None,
        description="when it is tried again, at the latest; in the past: the try is under way, or"
        " waits for a session; null: not known, paused, or over",
    )


class TransferFact(Published):
    """What every transfer event says.

    `run` is 1 at first and grows by 1 with each retry. `sequence` grows with every change of the
    transfer, so of two events the one with the larger sequence is newer. TransferProgressed has the
    sequence of the last change before it.
    """

    transfer_id: Id
    owner: str
    label: str | None = Field(default=None, description="its requester's own word for it")
    run: int = Field(ge=1)
    sequence: Count
    source: S3Object
    destination: Partner
    target_path: str = Field(description="relative to the destination's base path")
    size_bytes: Bytes | None = Field(
        default=None, description="null until the source was inspected"
    )
    requested_at: UtcTime
    files: FileCounts | None = Field(
        default=None,
        description="null: it is one file, or the files were not listed yet",
    )


By = Annotated[
    str | None,
    Field(description="the user who asked for it; null: the event is older than this field"),
]


class TransferRequestedV1(TransferFact):
    """Somebody asked for a transfer, or asked again for a failed one (`run` > 1)."""

    if_exists: IfExists
    verify: Verify
    readback_percent: Percent | None = Field(
        default=None, description="of the bytes, for verify readback; null: all of them"
    )
    by: By = None
    origin: Origin | None = Field(
        default=None, description="the agent's proposal that it names; null: nobody's"
    )


class TransferStartedV1(TransferFact):
    """The source was inspected, the plan was made, the part file exists, and the lanes start.

    It is published once in each run that comes this far. If a transfer was paused before, it is
    published when the transfer is resumed. If a transfer moves once more because its content
    differed, it is not published again.
    """

    size_bytes: Bytes
    chunks: Count
    lanes: Count
    started_at: UtcTime = Field(description="when the first run came this far")
    source_algorithm: SourceAlgorithm | None = Field(
        default=None,
        description="the kind of S3's checksum of the object, to compare the bytes with; null:"
        " S3 has none that we can compare",
    )


class TransferProgressedV1(TransferFact):
    """A sample of the progress, about one a second while lanes are at work, and one when a step
    begins to prove the file. It may be lost or late: compare `meta.occurred_at`."""

    size_bytes: Bytes
    bytes_done: Bytes = Field(description="finished and in flight")
    percent: float = Field(ge=0, le=100)
    rate_bytes_per_second: float = Field(ge=0)
    eta_seconds: float | None = Field(default=None, ge=0, description="null while nothing moves")
    chunks: Count
    chunks_done: Count
    lanes: Count = Field(description="lanes at work")
    status: UnderWay | None = Field(
        default=None, description="what it was doing then; null: the event is older than this field"
    )
    trouble: Trouble | None = Field(
        default=None,
        description="what one of its lanes tries again; null: nothing, or the event has no status",
    )
    chunks_proven: Count = Field(default=0, description="read back (verify readback)")
    chunk_runs: ChunkRuns | None = Field(
        default=None,
        description="the chunks from the first to the last as run lengths: 120d1m365w is 120 that"
        " are done, one that is being moved, 365 that wait; null: too scattered to tell, or the"
        " event is older than this field",
    )


class TransferDelayedV1(TransferFact):
    """Something is in the transfer's way. It is tried again by itself.

    It is published for each try that failed, and when the transfer begins to wait for a session.
    Where several lanes fail at once, one event a second tells of one of them. It changes no state.
    The trouble is over when a later event or sample does not have it.
    """

    trouble: Trouble
    delayed_at: UtcTime


class TransferCompletedV1(TransferFact):
    """The file got its name at the partner, or each file of many did. The receipt says what was
    proved of it, and which of our temporary files still have to be removed there.

    If its run has no TransferStarted, an earlier run had delivered the file, and this run found it.
    """

    size_bytes: Bytes
    receipt: Receipt
    expected_seconds: float | None = Field(
        default=None,
        ge=0,
        description="how long it was expected to take from its start to its end, as the line was"
        " when it was planned; null: not known, it is small, it was paused or retried, or the event"
        " is older than this field",
    )


class TransferFailedV1(TransferFact):
    """The transfer ended, and nobody saw its file under its name. No half-written file got that
    name. Of many files `files` says how many are at the partner; those stay, and a retry sends the
    others.

    The connection may have broken for good after we asked for the rename, in this run or an earlier
    one. Then the file may have its name nevertheless (`delivery_unclear`, `connection_lost`), and a
    retry looks for it. A part file may still be there. Either it is kept for a retry, or it is not
    yet removed because the partner could not be reached; removal is tried again. With `if_exists`
    replace the old file may then have a temporary name of ours.
    """

    bytes_done: Bytes
    failure: Failure
    started_at: UtcTime | None = None
    failed_at: UtcTime


class TransferCancelledV1(TransferFact):
    """Somebody cancelled the transfer before its file got its name. Of many files, those that
    were delivered by then stay at the partner, and `files` counts them.

    Its part file is removed. While the partner cannot be reached it may still be there, and removal
    is tried again. If an earlier run failed in its rename, the file may have its name nevertheless.
    """

    bytes_done: Bytes
    started_at: UtcTime | None = None
    cancelled_at: UtcTime
    by: By = None


class TransferPausedV1(TransferFact):
    """Somebody paused the transfer. What was moved stays moved.

    A pause that came after the last chunk was moved comes too late. The transfer goes on by itself,
    and TransferResumed says so.
    """

    bytes_done: Bytes
    paused_at: UtcTime
    by: By = None


class TransferResumedV1(TransferFact):
    """A paused transfer goes on where it stopped. If its start was not published yet in this run,
    it waits for its start again."""

    bytes_done: Bytes
    resumed_at: UtcTime
    by: str | None = Field(
        default=None,
        description="the user who asked for it; null: nobody, because the pause came too late, or"
        " the event is older than this field",
    )
