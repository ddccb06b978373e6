"""What the use cases need from outside. Adapters raise the errors of domain/errors and, for the
outbox, kernel's OutboxBusy, and no others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal, Protocol

from kernel.idempotency import Idempotency
from kernel.outbox import EventPublisher, Outbox, OutboxEvent
from kernel.pages import Page
from services.transfer.domain.checksums import Algorithm, Crc
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.destination import Credential, Destination, HostKey, ServerProfile
from services.transfer.domain.ledger import (
    ChunkLease,
    DoneChunk,
    Lane,
    LaneMessage,
    LedgerId,
    Mark,
    Progress,
    Slot,
)
from services.transfer.domain.rate import Rate
from services.transfer.domain.retry import RetryPolicy
from services.transfer.domain.transfer import ObjectRef, SourceObject, Transfer
from services.transfer.domain.waiting import Line, Waiter

# --- storage -------------------------------------------------------------------------------------


class TransferStore(Protocol):
    """A state change and its events (see kernel.outbox) are one transaction."""

    def create(
        self, transfer: Transfer, events: Sequence[OutboxEvent], idempotency: Idempotency | None
    ) -> Transfer:
        """The stored transfer; the earlier one, as it is now, when key and body are repeated;
        raises IdempotencyConflict, StaleTransfer when the id is taken.
        """
        ...

    def read(self, transfer_id: str) -> Transfer:
        """Strongly consistent; raises TransferNotFound."""
        ...

    def save(self, transfer: Transfer, events: Sequence[OutboxEvent] = ()) -> Transfer:
        """Stored with version + 1, or + 1 for each event, so that every event has a version of its
        own; raises StaleTransfer when `transfer.version` is not the stored one.
        """
        ...

    def history(self, owner: str | None, limit: int, cursor: str | None) -> Page[Transfer]:
        """Newest first, of everybody for None; raises FieldInvalid for a strange cursor."""
        ...

    def open_transfers(self, after: str = "") -> Iterator[Transfer]:
        """Every transfer that still needs work, by id, from behind `after`: not ended, or ended and
        not tidy. Read page by page; eventually consistent.
        """
        ...

    def sweep_position(self) -> str:
        """The last id saved, or ''."""
        ...

    def save_sweep_position(self, transfer_id: str) -> None: ...


class ChunkLedger(Protocol):
    """Which chunks are free, leased and done. Free chunks have no record; every change is one
    conditional write. Records expire long after the last run that could need them.
    """

    def open(self, ledger: LedgerId, plan: ChunkPlan) -> None:
        """Idempotent: an open ledger stays as it is."""
        ...

    def progress(self, ledger: LedgerId) -> Progress:
        """Strongly consistent; NEVER_OPENED for one that was never opened."""
        ...

    def claim(
        self, ledger: LedgerId, worker: str, now: datetime, until: datetime
    ) -> ChunkLease | None:
        """The next chunk: first released or expired ones (attempt + 1), then never-claimed ones;
        None when all are done or leased. Gives nothing (None) unless the transfer is MOVING in
        this generation: checked in the same transaction. Whether a lease is over is judged by
        ledger.is_over."""
        ...

    def renew(self, lease: ChunkLease, until: datetime) -> ChunkLease:
        """Raises LeaseLost when another attempt holds the chunk."""
        ...

    def checkpoint(self, lease: ChunkLease, mark: Mark) -> ChunkLease:
        """The lease with its new mark (and nothing ahead of it); raises LeaseLost."""
        ...

    def release(self, lease: ChunkLease) -> None:
        """Give the chunk back with the lease's mark, `ahead` and `doubts`; a lost lease is no error
        (nothing changes)."""
        ...

    def finish(self, lease: ChunkLease, mark: Mark, part: str) -> None:
        """Chunk done + counters in one transaction; raises LeaseLost, ValueError for another length
        than the plan's. Repeating the finish of the very lease that worked changes nothing.
        """
        ...

    def reopen(self, ledger: LedgerId, done: DoneChunk) -> bool:
        """A chunk done, found damaged: free again from its beginning, with doubts + 1. False
        (nothing changed) when it is not done under that attempt any more."""
        ...

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        """Chunks claimed and not done, released ones (without a worker, long expired) included."""
        ...

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        """In order of number."""
        ...

    def done_chunk(self, ledger: LedgerId, number: int) -> DoneChunk | None: ...

    def highest_done(self, ledger: LedgerId) -> DoneChunk | None:
        """The one with the highest number: its end is the least size that the file has."""
        ...

    def sample_rate(self, ledger: LedgerId, seen: Rate | None, rate: Rate) -> bool:
        """Store the sample if the stored one is still `seen`; False when somebody else sampled
        meanwhile.
        """
        ...


class LaneRegister(Protocol):
    """Who drives which lane of a transfer's generation."""

    def queue(self, lane: Lane) -> bool:
        """Record that the message of `lane.turn` is sent, should be taken by `lane.until`, and no
        worker has it. False (nothing changed) when the lane has a turn >= this one already, so that
        a duplicate sender gives way."""
        ...

    def take(
        self, ledger: LedgerId, number: int, turn: int, worker: str, now: datetime, until: datetime
    ) -> Lane | None:
        """The lane with `untaken` 0, when `turn` is its current one, it has not ended, and it has
        no live worker (see ledger.is_over); None otherwise.
        """
        ...

    def beat(self, lane: Lane, until: datetime, bytes_in_flight: int) -> Lane:
        """Store `until`, the bytes and the lane's failures; raises LeaseLost when this worker does
        not hold that turn any more."""
        ...

    def end(self, lane: Lane) -> None:
        """Nothing left for it; a lost lease is no error."""
        ...

    def lanes(self, ledger: LedgerId) -> Sequence[Lane]: ...


class SessionSlots(Protocol):
    """A destination's sessions, leased across all transfers and workflow steps. A slot belongs to
    its holder AND its `until`: go on with what take and renew return.
    """

    def take(
        self,
        destination_id: str,
        limit: int,
        holder: str,
        now: datetime,
        until: datetime,
        ticket: str = "",
    ) -> Slot | None:
        """None when `limit` sessions are in use, or meant for others in the line (see Line.admits);
        a holder that has one gets that one again. Whoever gets one leaves the line."""
        ...

    def renew(self, slot: Slot, until: datetime) -> Slot:
        """Raises LeaseLost."""
        ...

    def free(self, slot: Slot) -> None:
        """A lost lease is no error."""
        ...

    def wait(self, waiter: Waiter) -> None:
        """To the end of the line. Whoever stands in it keeps the place, and is not called. The
        sweeper does not replace a step that waits for an answer."""
        ...

    def line(self, destination_id: str, now: datetime, until: datetime) -> Line:
        """Strongly consistent. Leases and calls that are over count as ledger.is_over says it for
        one that would write `until`."""
        ...

    def call(self, waiter: Waiter, until: datetime) -> bool:
        """On record as called until then; False when it was called already, or has left."""
        ...

    def leave(self, waiter: Waiter) -> None:
        """Nothing when it stands there anew, or was called since."""
        ...


class DestinationStore(Protocol):
    def create(self, destination: Destination, idempotency: Idempotency | None) -> Destination:
        """The earlier one when key and body are repeated; raises DestinationExists,
        IdempotencyConflict, DestinationNotFound when the earlier one was deleted since.
        """
        ...

    def read(self, destination_id: str) -> Destination:
        """Raises DestinationNotFound."""
        ...

    def save(self, destination: Destination) -> Destination:
        """With version + 1; raises DestinationChanged when the stored version is another, or that
        of another registration of the same id."""
        ...

    def delete(self, destination: Destination) -> None:
        """Raises DestinationChanged; one that is gone is no error."""
        ...

    def page(
        self, limit: int, cursor: str | None, only: frozenset[str] | None = None
    ) -> Page[Destination]:
        """By id; `only` those of these ids. Raises FieldInvalid for a cursor that is not ours."""
        ...


class CredentialVault(Protocol):
    def store(self, secret_id: str, credential: Credential) -> None:
        """Under an id that was never used: each credential has its own."""
        ...

    def read(self, secret_id: str) -> Credential:
        """Raises CredentialMissing."""
        ...

    def delete(self, secret_id: str) -> None:
        """Idempotent."""
        ...


# --- the source ----------------------------------------------------------------------------------


class ObjectSource(Protocol):
    """Reads of one object with rights for that object only, which are renewed while it is open."""

    def inspect(self) -> SourceObject:
        """Raises BucketNotFound, ObjectNotFound, SourceForbidden, SourceUnavailable."""
        ...

    def read(
        self, source: SourceObject, offset: int, length: int, block_bytes: int
    ) -> Iterator[bytes]:
        """The range in blocks of `block_bytes` (the last one shorter), all of it or an error:
        SourceChanged when the object is not the one with `source.etag` any more,
        SourceUnavailable when the stream ends early."""
        ...

    def part_checksums(self, source: SourceObject, first: int, count: int) -> Sequence[str]:
        """Of the object's parts first .. first + count - 1 (0-based), lower-case hex, in the
        algorithm of `source.checksum`; raises as `read` does, ValueError for an object without
        checksums of its parts."""
        ...

    def close(self) -> None:
        """Forgets the session: no read after it."""
        ...

    def __enter__(self) -> "ObjectSource": ...

    def __exit__(self, *exc: object) -> None: ...


class SourceReaders(Protocol):
    def authorize(self, ref: ObjectRef, session_name: str) -> ObjectSource:
        """A read-only session for that object only; raises SourceForbidden, SourceUnavailable."""
        ...


@dataclass(frozen=True)
class ListedObject:
    key: str
    size_bytes: int
    last_modified: datetime
    etag: str


@dataclass(frozen=True)
class Listing:
    objects: Sequence[ListedObject]
    folders: Sequence[str]  # common prefixes, with their trailing delimiter
    cursor: str | None


class BucketCatalogue(Protocol):
    def buckets(self) -> Sequence[tuple[str, datetime]]:
        """(name, created) of every bucket the reader may list."""
        ...

    def objects(
        self, bucket: str, prefix: str, delimiter: str, limit: int, cursor: str | None
    ) -> Listing:
        """Raises BucketNotFound, SourceForbidden, FieldInvalid (a cursor that is not S3's)."""
        ...


# --- the partner ---------------------------------------------------------------------------------


class ChunkSink(Protocol):
    """A part file open for writing at offsets; a context manager.

    Writes are pipelined: an error may surface at a later write, but at the latest in `flush`.
    After any error the sink is broken: every further call but `acknowledged_until` raises.
    """

    block_bytes: int  # the best size for one write

    def write(self, offset: int, data: bytes | memoryview) -> None: ...

    def flush(self, *, durable: bool) -> None:
        """Returns when the server acknowledged EVERY write with success; with `durable` after an
        fsync, or where there is none after a close that went well.
        """
        ...

    def acknowledged_until(self) -> int | None:
        """The end of the bytes that were acknowledged without a gap, of those written one behind
        the other since the last flush; None when nothing was written since. Never raises."""
        ...

    def close(self) -> None:
        """Raises what no call told before; quiet when sink or connection is broken."""
        ...

    def __enter__(self) -> "ChunkSink": ...

    def __exit__(self, *exc: object) -> None: ...


class FileReader(Protocol):
    """A file at the partner, open for reading with a handle of its own; a context manager."""

    def read(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """What the server holds in the ranges (offset, length), in their order, in blocks of any
        size; many requests are on their way at once, and no more of `ranges` is taken than that.
        Raises SizeMismatch when the file ends early."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> "FileReader": ...

    def __exit__(self, *exc: object) -> None: ...


class PartnerSession(Protocol):
    """An authenticated session on a server whose host key was checked; a context manager. `close`
    may come from another thread: what waits for the server then ends with ConnectionLost.
    """

    host_key_fingerprint: str
    replaces_atomically: bool  # rename(replace=True) needs no step aside

    def guard(self, fence: Callable[[], object]) -> None:
        """From now on `fence` is called just before anything is sent to the server; where it
        raises, nothing is sent, the connection ends, and the call that wanted to raises
        ConnectionLost."""
        ...

    def create_part(self, path: str) -> None:
        """An empty file; raises FolderMissing, PermissionDenied, NoSpace."""
        ...

    def open_part(self, path: str) -> ChunkSink:
        """Never creates it; raises PartMissing."""
        ...

    def open_reader(self, path: str) -> FileReader:
        """Raises PartMissing when there is no such file, PermissionDenied or WriteRefused when
        reading it is not allowed."""
        ...

    def size(self, path: str) -> int | None:
        """Bytes; None when there is no such file (or folder). Raises PermissionDenied or
        WriteRefused where the server shows no sizes."""
        ...

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        """Raises TargetExists unless `replace`, PartMissing, FolderMissing, PermissionDenied.
        `replace` is for servers that replace atomically; raises ValueError for others."""
        ...

    def remove(self, path: str) -> None:
        """Idempotent: returns when there is no such file any more."""
        ...

    def probe(self, base_path: str) -> ServerProfile:
        """Tries the server's abilities with a file of its own in `base_path`, and removes it."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> "PartnerSession": ...

    def __exit__(self, *exc: object) -> None: ...


class Partners(Protocol):
    def check_address(self, host: str, port: int) -> None:
        """Raises HostNotResolved, AddressForbidden; `connect` checks again what it connects to."""
        ...

    def connect(self, destination: Destination, credential: Credential) -> PartnerSession:
        """Raises PartnerError; the credential is sent only to a server that offers a pinned host
        key.
        """
        ...

    def offered_host_key(self, destination: Destination) -> HostKey:
        """What an unpinned server offers, without logging in."""
        ...


# --- queues, bus, workflow -----------------------------------------------------------------------


class LaneQueue(Protocol):
    def send(self, message: LaneMessage, delay_seconds: int = 0) -> None:
        """`delay_seconds` 0 to 900."""
        ...


class MessageLease(Protocol):
    """The received queue message itself: its visibility is the worker's heartbeat."""

    def extend(self, seconds: int) -> None:
        """Invisible for `seconds` from now. A message that is gone is no error."""
        ...


class Workflow(Protocol):
    def start(self, transfer_id: str, run: int) -> None:
        """Idempotent by (transfer, run)."""
        ...

    def state(self, transfer_id: str, run: int) -> Literal["absent", "running", "ended"]: ...

    def succeed(self, task_token: str) -> None:
        """An answer nobody waits for any more is no error."""
        ...

    def fail(self, task_token: str, error: str, cause: str) -> None:
        """Likewise."""
        ...


class Heart(Protocol):
    """Beats beside the work, so that no wait on the outside outlives a lease."""

    def beating(
        self, beat: Callable[[], None], every_seconds: float
    ) -> AbstractContextManager[None]:
        """`beat` is called again and again, also while the caller waits for something, until the
        context is left (then it has returned for the last time). What it raises is logged and the
        beats go on: a beat keeps what the caller has to know. It runs in another thread."""
        ...


# --- all of them ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """The service's numbers; settings.py says where each comes from."""

    chunk_bytes: int
    lanes_per_transfer: int
    lease_seconds: float  # of chunks, lanes, slots and steps: a dead worker is noticed by then
    hand_over_seconds: float  # kept of a worker's time for its last flush and checkpoint
    lane_due_seconds: float  # a queued lane not taken by then is sent again
    keep_part_seconds: float  # how long a failed transfer can go on from its ledger
    checkpoint_seconds: float  # a worker that dies loses what it moved since the last checkpoint
    retry: RetryPolicy


@dataclass(frozen=True)
class Ports:
    """Everything a use case may reach, built once by wiring.py (or from fakes by a test)."""

    transfers: TransferStore
    outbox: Outbox  # of the transfers, by id
    ledger: ChunkLedger
    lanes: LaneRegister
    slots: SessionSlots
    destinations: DestinationStore
    vault: CredentialVault
    readers: SourceReaders
    buckets: BucketCatalogue
    partners: Partners
    queue: LaneQueue
    workflow: Workflow
    bus: EventPublisher
    crcs: Mapping[Algorithm, Crc]  # of every combinable algorithm
    heart: Heart
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    random: Random
    policy: Policy

    @property
    def crc64(self) -> Crc:
        """CRC64NVME, which every chunk gets."""
        return self.crcs[Algorithm.CRC64NVME]
