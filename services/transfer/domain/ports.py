"""What the use cases need from outside.

Of our own errors, adapters raise only those of domain/errors, and the outbox raises OutboxBusy of
kernel.
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
        """The stored transfer. When key and body are repeated, it is the earlier transfer as it is
        now. Raises IdempotencyConflict for the same key with another body, StaleTransfer when the
        id is taken.
        """
        ...

    def read(self, transfer_id: str) -> Transfer:
        """Strongly consistent. Raises TransferNotFound."""
        ...

    def save(self, transfer: Transfer, events: Sequence[OutboxEvent] = ()) -> Transfer:
        """The transfer as it is stored. The version grows by 1 for each event, so that every event
        has a version of its own. Without events it grows by 1. Raises StaleTransfer when
        `transfer.version` is not the stored one.
        """
        ...

    def history(self, owner: str | None, limit: int, cursor: str | None) -> Page[Transfer]:
        """Newest first. With None as `owner` it is everybody's. Raises FieldInvalid for a cursor
        that is not ours."""
        ...

    def open_transfers(self, after: str = "") -> Iterator[Transfer]:
        """Every transfer that still needs work, in order of id, beginning behind `after`. These
        are all that have not ended, and those that have ended and are not tidy. They are read page
        by page, and eventually consistent.
        """
        ...

    def sweep_position(self) -> str:
        """The last id that was saved, or ''."""
        ...

    def save_sweep_position(self, transfer_id: str) -> None: ...


class ChunkLedger(Protocol):
    """Which chunks are free, leased and done. A chunk that was never claimed has no record. Every
    change is one conditional write. Records expire long after the last run that could need them.
    """

    def open(self, ledger: LedgerId, plan: ChunkPlan) -> None:
        """Idempotent: an open ledger stays as it is."""
        ...

    def progress(self, ledger: LedgerId) -> Progress:
        """Strongly consistent. NEVER_OPENED for a ledger that was never opened."""
        ...

    def claim(
        self, ledger: LedgerId, worker: str, now: datetime, until: datetime
    ) -> ChunkLease | None:
        """The next chunk. First come chunks that were released or whose lease is over (see
        ledger.is_over). Their attempt grows by 1. Then come chunks that were never claimed. None
        when all chunks are done or leased. None also when the transfer is not MOVING in this
        generation. That is checked in the same transaction."""
        ...

    def renew(self, lease: ChunkLease, until: datetime) -> ChunkLease:
        """Raises LeaseLost when another attempt holds the chunk."""
        ...

    def checkpoint(self, lease: ChunkLease, mark: Mark) -> ChunkLease:
        """The lease with its new mark, and with nothing ahead of it. Raises LeaseLost."""
        ...

    def release(self, lease: ChunkLease) -> None:
        """Gives the chunk back with the lease's mark, `ahead` and `doubts`. A lost lease is no
        error. Then nothing changes."""
        ...

    def finish(self, lease: ChunkLease, mark: Mark, part: str) -> None:
        """Records the chunk as done and counts it, in one transaction. Works only while the
        transfer is MOVING or PAUSED in this generation, otherwise it raises LeaseLost as for a lost
        lease. Raises ValueError for another length than the plan's. When this very lease has
        finished the chunk before, nothing changes.
        """
        ...

    def reopen(self, ledger: LedgerId, done: DoneChunk) -> bool:
        """Frees a done chunk that was found damaged. It begins anew with doubts + 1. False when the
        chunk is not done under that attempt any more. Then nothing changes."""
        ...

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        """Chunks that were claimed and are not done. Released ones are among them. They have no
        worker, and their lease ended long ago."""
        ...

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        """In order of number."""
        ...

    def done_chunk(self, ledger: LedgerId, number: int) -> DoneChunk | None: ...

    def highest_done(self, ledger: LedgerId) -> DoneChunk | None:
        """The done chunk with the highest number. The file reaches at least to this chunk's end."""
        ...

    def sample_rate(self, ledger: LedgerId, seen: Rate | None, rate: Rate) -> bool:
        """Stores the sample if the stored one is still `seen`. False when somebody else stored one
        meanwhile.
        """
        ...


class LaneRegister(Protocol):
    """Who drives which lane of a transfer's generation."""

    def queue(self, lane: Lane) -> bool:
        """Records that no worker has the lane, and that somebody should take `lane.turn` by
        `lane.until`. False when the lane is at this turn or a later one already, so that a second
        sender gives way. Then nothing changes."""
        ...

    def take(
        self, ledger: LedgerId, number: int, turn: int, worker: str, now: datetime, until: datetime
    ) -> Lane | None:
        """The lane, with `untaken` 0. None when `turn` is not its current turn, when it has ended,
        or when its worker still has a lease (see ledger.is_over).
        """
        ...

    def beat(self, lane: Lane, until: datetime, bytes_in_flight: int) -> Lane:
        """Stores `until`, the bytes and the lane's failures. Raises LeaseLost when this worker does
        not hold that turn any more."""
        ...

    def end(self, lane: Lane) -> None:
        """Records that nothing is left for this lane. A lost lease is no error."""
        ...

    def lanes(self, ledger: LedgerId) -> Sequence[Lane]: ...


class SessionSlots(Protocol):
    """A destination's sessions, leased across all transfers and workflow steps. A slot is known by
    its holder AND its `until`. So go on with the slot that take or renew returned last.
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
        """None when `limit` sessions are in use, or when the free ones are meant for others in the
        line (see Line.admits). A holder that has a session gets the same one again. Whoever gets a
        session leaves the line."""
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
        """Strongly consistent. ledger.is_over judges which leases and calls are over, with `until`
        as the end of a new lease."""
        ...

    def call(self, waiter: Waiter, until: datetime) -> bool:
        """Records that the waiter is called until then. False when it was called already, or has
        left the line."""
        ...

    def leave(self, waiter: Waiter) -> None:
        """Takes the waiter out of the line. Does nothing when its call has changed since it was
        read."""
        ...


class DestinationStore(Protocol):
    def create(self, destination: Destination, idempotency: Idempotency | None) -> Destination:
        """The stored destination. When key and body are repeated, it is the earlier one as it is
        now. Raises DestinationExists, IdempotencyConflict. Raises DestinationNotFound when the
        earlier one was deleted since.
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
        """Raises DestinationChanged. A destination that is gone is no error."""
        ...

    def page(
        self, limit: int, cursor: str | None, only: frozenset[str] | None = None
    ) -> Page[Destination]:
        """In order of id. With `only` it has just the destinations with these ids. Raises
        FieldInvalid for a cursor that is not ours."""
        ...


class CredentialVault(Protocol):
    def store(self, secret_id: str, credential: Credential) -> None:
        """Needs an id that was never used. Each credential has an id of its own."""
        ...

    def read(self, secret_id: str) -> Credential:
        """Raises CredentialMissing."""
        ...

    def delete(self, secret_id: str) -> None:
        """Idempotent."""
        ...


# --- the source ----------------------------------------------------------------------------------


class ObjectSource(Protocol):
    """Reads one object, with rights for that object only. They are renewed while it is open."""

    def inspect(self) -> SourceObject:
        """Raises BucketNotFound, ObjectNotFound, SourceForbidden, SourceUnavailable."""
        ...

    def read(
        self, source: SourceObject, offset: int, length: int, block_bytes: int
    ) -> Iterator[bytes]:
        """The whole range, in blocks of `block_bytes`. The last block may be shorter. Raises
        SourceChanged when the object is not the one with `source.etag` any more,
        SourceUnavailable when the stream ends early."""
        ...

    def part_checksums(self, source: SourceObject, first: int, count: int) -> Sequence[str]:
        """The checksums of `count` parts of the object, beginning with part `first`. The first part
        of an object is 0. They are lower-case hex, in the algorithm of `source.checksum`. Raises
        what `read` raises, and ValueError for an object without checksums of its parts."""
        ...

    def close(self) -> None:
        """Forgets the session. Nothing can be read after it."""
        ...

    def __enter__(self) -> "ObjectSource": ...

    def __exit__(self, *exc: object) -> None: ...


class SourceReaders(Protocol):
    def authorize(self, ref: ObjectRef, session_name: str) -> ObjectSource:
        """A read-only session for that object only. Raises SourceForbidden, SourceUnavailable."""
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
        """(name, created) of every bucket that the reader may list."""
        ...

    def objects(
        self, bucket: str, prefix: str, delimiter: str, limit: int, cursor: str | None
    ) -> Listing:
        """Raises BucketNotFound, SourceForbidden. Raises FieldInvalid for a cursor that is not
        S3's."""
        ...


# --- the partner ---------------------------------------------------------------------------------


class ChunkSink(Protocol):
    """A part file that is open for writing at offsets. A context manager.

    Writes are pipelined. So a write's error may surface at a later write, and at the latest in
    `flush`. After any error the sink is broken. Then `write` and `flush` raise.
    """

    block_bytes: int  # the best size for one write

    def write(self, offset: int, data: bytes | memoryview) -> None: ...

    def flush(self, *, durable: bool) -> None:
        """Returns when the server acknowledged EVERY write with success. With `durable` it returns
        after an fsync. Where the server has no fsync, it returns after a close that went well.
        """
        ...

    def acknowledged_until(self) -> int | None:
        """The end of the bytes that were acknowledged without a gap. Of the writes since the last
        flush, only those count that follow one behind the other. None when nothing was written
        since then. Never raises."""
        ...

    def close(self) -> None:
        """Raises an error that no call has raised yet. Quiet when sink or connection is broken."""
        ...

    def __enter__(self) -> "ChunkSink": ...

    def __exit__(self, *exc: object) -> None: ...


class FileReader(Protocol):
    """A file at the partner, open for reading with a handle of its own. A context manager."""

    def read(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """What the server holds in the ranges (offset, length), in their order, in blocks of any
        size. Many requests are on their way at once. `ranges` is consumed only as far as requests
        are sent. Raises SizeMismatch when the file ends early."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> "FileReader": ...

    def __exit__(self, *exc: object) -> None: ...


class PartnerSession(Protocol):
    """An authenticated session on a server whose host key was checked. A context manager. `close`
    may come from another thread. Then a call that waits for the server ends with ConnectionLost.
    """

    host_key_fingerprint: str
    replaces_atomically: bool  # rename(replace=True) needs no step aside

    def guard(self, fence: Callable[[], object]) -> None:
        """From now on `fence` is called just before anything is sent to the server. When `fence`
        raises, nothing is sent and the connection ends. The call that wanted to send raises
        ConnectionLost."""
        ...

    def create_part(self, path: str) -> None:
        """Makes an empty file. Raises FolderMissing, PermissionDenied, NoSpace."""
        ...

    def open_part(self, path: str) -> ChunkSink:
        """Never creates the file. Raises PartMissing."""
        ...

    def open_reader(self, path: str) -> FileReader:
        """Raises PartMissing when there is no such file, PermissionDenied or WriteRefused when
        reading it is not allowed."""
        ...

    def size(self, path: str) -> int | None:
        """The size in bytes. None when there is no such file or folder. Raises PermissionDenied or
        WriteRefused where the server shows no sizes."""
        ...

    def rename(self, part: str, target: str, *, replace: bool) -> None:
        """Raises TargetExists unless `replace`, PartMissing, FolderMissing, PermissionDenied.
        `replace` is for servers that replace atomically. For others it raises ValueError."""
        ...

    def remove(self, path: str) -> None:
        """Returns when there is no such file any more. Idempotent."""
        ...

    def probe(self, base_path: str) -> ServerProfile:
        """Tries the server's abilities with a file of its own in `base_path`, and removes it."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> "PartnerSession": ...

    def __exit__(self, *exc: object) -> None: ...


class Partners(Protocol):
    def check_address(self, host: str, port: int) -> None:
        """Raises HostNotResolved, AddressForbidden. `connect` checks again the address that it
        connects to."""
        ...

    def connect(self, destination: Destination, credential: Credential) -> PartnerSession:
        """Raises PartnerError. The credential is sent only to a server that offers a pinned host
        key.
        """
        ...

    def offered_host_key(self, destination: Destination) -> HostKey:
        """The host key that a server without pins offers. Does not log in."""
        ...


# --- queues, bus, workflow -----------------------------------------------------------------------


class LaneQueue(Protocol):
    def send(self, message: LaneMessage, delay_seconds: int = 0) -> None:
        """`delay_seconds` 0 to 900."""
        ...


class MessageLease(Protocol):
    """The received queue message. It stays invisible to others as long as the worker extends it."""

    def extend(self, seconds: int) -> None:
        """Hides the message for `seconds` from now. A message that is gone is no error."""
        ...


class Workflow(Protocol):
    def start(self, transfer_id: str, run: int) -> None:
        """Starts at most one execution for each (transfer, run)."""
        ...

    def state(self, transfer_id: str, run: int) -> Literal["absent", "running", "ended"]: ...

    def succeed(self, task_token: str) -> None:
        """An answer that nobody waits for any more is no error."""
        ...

    def fail(self, task_token: str, error: str, cause: str) -> None:
        """An answer that nobody waits for any more is no error."""
        ...


class Heart(Protocol):
    """Beats beside the work, so that no wait on the outside outlives a lease."""

    def beating(
        self, beat: Callable[[], None], every_seconds: float
    ) -> AbstractContextManager[None]:
        """Calls `beat` again and again in another thread until the context is left, also while the
        caller waits for something. Leaving waits a limited time for a beat that is under way. An
        exception of `beat` is logged, and the beats go on. So `beat` itself has to keep what the
        caller must know."""
        ...


# --- all of them ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """The service's numbers. settings.py says where each comes from."""

    chunk_bytes: int
    lanes_per_transfer: int
    lease_seconds: float  # of chunks, lanes, slots and steps: a dead worker is noticed by then
    hand_over_seconds: float  # kept free at a worker's end for its last flush and checkpoint
    lane_due_seconds: float  # a queued lane not taken by then is sent again
    keep_part_seconds: float  # how long a failed transfer can go on from its ledger
    checkpoint_seconds: float  # a worker that dies loses what it moved since the last checkpoint
    retry: RetryPolicy


@dataclass(frozen=True)
class Ports:
    """Everything that a use case may reach. wiring.py builds it once. Tests build it from fakes."""

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
