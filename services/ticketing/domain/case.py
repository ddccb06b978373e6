"""What is known of a transfer: all that its tickets have to say."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

MAX_STEPS = 100
KEPT_FIRST = 20  # of too many steps these stay, and the newest


class Status(StrEnum):
    REQUESTED = "requested"
    MOVING = "moving"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        return self in (Status.COMPLETED, Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True)
class Trouble:
    """`message` says what to do."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True)
class Step:
    """A line of the trail. `sequence` is that of the event it comes from, so no two have the
    same."""

    sequence: int
    at: datetime
    text: str


@dataclass(frozen=True)
class Object:
    bucket: str
    key: str
    version_id: str | None = None
    kind: str | None = None  # of many objects: prefix or manifest


@dataclass(frozen=True)
class Destination:
    id: str
    name: str
    host: str
    protocol: str


@dataclass(frozen=True)
class Origin:
    """The agent's proposal that the request names. Nobody else has checked it: the event
    ProposalConfirmed of that digest proves it."""

    conversation_id: str
    proposal_id: str
    digest: str


@dataclass(frozen=True)
class Receipt:
    """As TransferCompleted has it (contracts.transfer_events.Receipt)."""

    target_path: str
    bytes_sent: int
    crc64nvme: str
    verified: str
    source_checksum: str
    host_key_fingerprint: str
    chunks: int
    attempts: int
    started_at: datetime
    finished_at: datetime
    proven: str | None = None
    delivery: str | None = None
    source_algorithm: str | None = None
    statement: str | None = None
    left_behind: tuple[str, ...] = ()
    files_digest: str | None = None


@dataclass(frozen=True)
class FileCounts:
    """Of many files, as the newest event told them."""

    total: int
    done: int
    failed: int
    skipped: int


@dataclass(frozen=True)
class Streak:
    """Tries that failed one after the other in one run. `noted_at` is when the trail last told of
    it."""

    run: int
    since: datetime
    last_at: datetime
    tries: int = 1
    noted_at: datetime | None = None


@dataclass(frozen=True)
class Case:
    """`heard` is the largest sequence of an event that changed the state. `version` grows with each
    write."""

    transfer_id: str
    owner: str
    source: Object
    destination: Destination
    target_path: str
    requested_at: datetime
    label: str | None = None
    origin: Origin | None = None
    run: int = 1
    heard: int = -1
    status: Status = Status.REQUESTED
    if_exists: str | None = None
    verify: str | None = None
    size_bytes: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    bytes_done: int = 0
    trouble: Trouble | None = None
    receipt: Receipt | None = None
    files: FileCounts | None = None
    streak: Streak | None = None
    steps: tuple[Step, ...] = ()
    steps_left_out: int = 0
    version: int = 0

    def tells_of(self, sequence: int) -> bool:
        return any(step.sequence == sequence for step in self.steps)

    def with_step(self, step: Step) -> "Case":
        """In the order of the sequences."""
        steps = sorted((*self.steps, step), key=lambda each: each.sequence)
        left_out = max(0, len(steps) - MAX_STEPS)
        if left_out:
            del steps[KEPT_FIRST : KEPT_FIRST + left_out]
        out = self.steps_left_out + left_out
        return replace(self, steps=tuple(steps), steps_left_out=out)
