"""One transfer: its request, its state, and the only ways its state may change."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.destination import Protocol
from services.transfer.domain.errors import TransferCancelled, TransferError, WrongState

T = TypeVar("T")


class Status(StrEnum):
    REQUESTED = "requested"
    MOVING = "moving"
    PAUSED = "paused"
    VERIFYING = "verifying"
    COMMITTING = "committing"
    COMPLETED = "completed"
    FAILING = "failing"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})
CANCELLABLE = frozenset({Status.REQUESTED, Status.MOVING, Status.PAUSED, Status.VERIFYING})


class IfExists(StrEnum):
    FAIL = "fail"
    REPLACE = "replace"
    KEEP_BOTH = "keep_both"


class Verify(StrEnum):
    SIZE = "size"  # the target's size
    CHECKSUM = "checksum"  # + CRC64NVME of every byte read equals S3's
    READBACK = "readback"  # + every byte is read back once after it was written, and compared


class SourceChecksum(StrEnum):
    """Whether the bytes sent were compared with S3's own CRC64NVME of the object."""

    MATCHED = "matched"
    ABSENT = "absent"  # S3 has none
    NOT_COMPARED = "not_compared"  # Verify.SIZE


@dataclass(frozen=True)
class ObjectRef:
    bucket: str
    key: str
    version_id: str | None = None


@dataclass(frozen=True)
class DestinationLabel:
    """Where it was sent, as the destination stood at the request: what events and receipts tell."""

    name: str
    protocol: Protocol
    host: str
    port: int


@dataclass(frozen=True)
class SourceObject:
    """What HEAD said when the transfer began; every later read insists on this ETag."""

    ref: ObjectRef
    size_bytes: int
    etag: str
    crc64nvme: int | None  # S3's own FULL_OBJECT checksum, where it has one
    last_modified: datetime


@dataclass(frozen=True)
class Failure:
    code: str
    message: str
    retryable: bool

    @classmethod
    def of(cls, error: TransferError) -> "Failure":
        return cls(error.code, str(error), error.retryable)


@dataclass(frozen=True)
class Receipt:
    """The proof of a completed transfer; `crc64nvme` is over all bytes sent, `attempts` counts
    chunk leases.
    """

    target_path: str
    bytes_sent: int
    crc64nvme: int
    verified: Verify
    source_checksum: SourceChecksum
    host_key_fingerprint: str
    chunks: int
    attempts: int
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True)
class RunId:
    """One execution of the workflow. Whoever works for a run does nothing to a later one."""

    transfer_id: str
    number: int


@dataclass(frozen=True)
class Transfer:
    """`run` counts executions of the workflow; `generation` counts part files: chunks of another
    generation are void.
    """

    id: str
    owner: str
    correlation_id: str
    source: ObjectRef
    destination_id: str
    destination_label: DestinationLabel
    target_path: str  # relative to the destination's base path
    if_exists: IfExists
    verify: Verify
    requested_at: datetime
    updated_at: datetime
    status: Status = Status.REQUESTED
    run: int = 1
    generation: int = 1
    version: int = 0  # optimistic lock, kept by the store
    source_object: SourceObject | None = None
    plan: ChunkPlan | None = None
    lanes: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    task_token: str | None = None
    host_key_fingerprint: str | None = None
    part_path: str | None = None  # set while a part file may exist at the partner
    part_place: str | None = None  # the destination's place when it was made
    part_discarded: bool = False  # being removed, or removed: the ledger is void
    keep_part_until: datetime | None = None  # of a failed transfer that may be retried
    crc64nvme: int | None = None  # of all bytes sent; known once verified
    final_path: str | None = (
        None  # decided before the rename, so that a repeated commit looks at the same name
    )
    final_existed_bytes: int | None = None  # what stood under final_path before the rename
    failure: Failure | None = None  # why it failed; before its end: the last error it met
    receipt: Receipt | None = None

    def moved_to(
        self, status: Status, now: datetime, *, wish: str, allowed: Collection[Status]
    ) -> "Transfer":
        """The transfer in `status`; raises TransferCancelled for one being cancelled, WrongState
        for any other refusal.
        """
        if self.status is Status.CANCELLING and status is not Status.CANCELLED:
            raise TransferCancelled(self.id)
        if self.status not in allowed:
            raise WrongState(self.id, self.status, wish)
        return replace(self, status=status, updated_at=now)

    def pause(self, now: datetime) -> "Transfer":
        return self.moved_to(
            Status.PAUSED, now, wish="paused", allowed={Status.REQUESTED, Status.MOVING}
        )

    def resume(self, now: datetime) -> "Transfer":
        status = Status.REQUESTED if self.plan is None else Status.MOVING
        return self.moved_to(status, now, wish="resumed", allowed={Status.PAUSED})

    def cancel(self, now: datetime) -> "Transfer":
        return self.moved_to(Status.CANCELLING, now, wish="cancelled", allowed=CANCELLABLE)

    def retry(self, now: datetime, *, restart: bool) -> "Transfer":
        """A failed transfer asked for again; `restart` when its part file is gone or its source
        changed: a new generation.
        """
        again = self.moved_to(Status.REQUESTED, now, wish="retried", allowed={Status.FAILED})
        again = replace(
            again,
            run=self.run + 1,
            failure=None,
            finished_at=None,
            task_token=None,
            keep_part_until=None,
        )
        if not restart:
            return again
        return replace(  # part_path stays on record until that file is removed
            again,
            generation=self.generation + 1,
            source_object=None,
            plan=None,
            part_discarded=False,
            crc64nvme=None,
            final_path=None,
            final_existed_bytes=None,
        )

    @property
    def pinned(self) -> SourceObject:
        """What InspectSource found; a ValueError before it ran is a bug of the workflow."""
        return _known(self.source_object, self.id, "source object")

    @property
    def planned(self) -> ChunkPlan:
        return _known(self.plan, self.id, "chunk plan")

    @property
    def part(self) -> str:
        return _known(self.part_path, self.id, "part file")

    @property
    def run_id(self) -> RunId:
        return RunId(self.id, self.run)


def _known(value: T | None, transfer_id: str, what: str) -> T:
    if value is None:
        raise ValueError(f"transfer {transfer_id} has no {what} yet")
    return value
