"""In-memory chunk ledger. The conformance suite checks that it does what DynamoDB does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.file_outcomes import NO_FILES
from services.transfer.domain.lane import Lane
from services.transfer.domain.leases import is_over
from services.transfer.domain.ledger import (
    NEVER_OPENED,
    NOTHING_DONE,
    ChunkLease,
    DoneChunk,
    LedgerId,
    Mark,
    Pass,
    Progress,
)
from services.transfer.domain.progress_sample import AtWork
from services.transfer.domain.rate import Rate
from services.transfer.domain.status import Status
from tests.fakes.leases import InMemoryLaneRegister
from tests.fakes.records import InMemoryTransferStore

RELEASED = datetime.fromtimestamp(0, UTC)  # the `until` of a chunk that was given back


@dataclass
class _Book:
    plan: ChunkPlan
    next_chunk: int = 0
    attempts: int = 0
    rate: Rate | None = None
    leases: dict[int, ChunkLease] = field(default_factory=dict)
    done: dict[int, tuple[str, DoneChunk]] = field(default_factory=dict)  # with its worker


class InMemoryChunkLedger:
    """Looks at the transfers' status and generation in the given store, and stores lanes in the
    given register."""

    def __init__(self, transfers: InMemoryTransferStore, lanes: InMemoryLaneRegister) -> None:
        self._transfers, self._lanes = transfers, lanes
        self._lock = transfers.lock
        self._books: dict[LedgerId, _Book] = {}

    def open(self, ledger: LedgerId, plan: ChunkPlan) -> None:
        with self._lock:
            self._books.setdefault(ledger, _Book(plan))

    def progress(self, ledger: LedgerId) -> Progress:
        with self._lock:
            book = self._books.get(ledger)
            if book is None:
                return NEVER_OPENED
            files = sum((done.mark.counts for _, done in book.done.values()), NO_FILES)
            return Progress(
                chunks_total=book.plan.total,
                next_chunk=book.next_chunk,
                chunks_done=len(book.done),
                bytes_done=sum(chunk.length_bytes for _, chunk in book.done.values()),
                attempts=book.attempts,
                rate=book.rate,
                files_done=files.done,
                files_failed=files.failed,
                files_skipped=files.skipped,
            )

    def claim(
        self, ledger: LedgerId, worker: str, now: datetime, until: datetime
    ) -> ChunkLease | None:
        with self._lock:
            book = self._books.get(ledger)
            if book is None or not self._transfer_is(ledger, {Status.MOVING}):
                return None
            free = self._next_free(ledger, book, now, until)
            if free is None:
                return None
            lease = replace(free, worker=worker, until=until, attempt=free.attempt + 1)
            book.leases[lease.number] = lease
            book.attempts += 1
            return lease

    def renew(self, lease: ChunkLease, until: datetime) -> ChunkLease:
        with self._lock:
            self._change(lease, until=until)
        return replace(lease, until=until)

    def checkpoint(self, lease: ChunkLease, mark: Mark) -> ChunkLease:
        with self._lock:
            self._change(lease, mark=mark, ahead=None)
        return replace(lease, mark=mark, ahead=None)

    def release(self, lease: ChunkLease) -> None:
        with self._lock:
            if self._stored(lease) is not None:
                free = replace(lease, worker="", until=RELEASED)
                self._books[lease.ledger].leases[lease.number] = free

    def finish(
        self,
        lease: ChunkLease,
        mark: Mark,
        part: str,
        lane: Lane | None = None,
        now: datetime | None = None,
    ) -> ChunkLease | None:
        with self._lock:
            fresh = self._finish(lease, mark, part, lane)
            if not fresh or lane is None or now is None:
                return None
            return self.claim(lease.ledger, lease.worker, now, lane.until)

    def _finish(self, lease: ChunkLease, mark: Mark, part: str, lane: Lane | None) -> bool:
        """False when this very lease has finished the chunk before."""
        with self._lock:
            book = self._books.get(lease.ledger)
            if book is None:
                raise LeaseLost(_name(lease))
            if lease.number in book.done:
                worker, chunk = book.done[lease.number]
                if (worker, chunk.attempt) == (lease.worker, lease.attempt):
                    return False
            movable = self._transfer_is(lease.ledger, {Status.MOVING, Status.PAUSED})
            if not movable or self._stored(lease) is None:
                raise LeaseLost(_name(lease))
            if book.plan.length_of(lease.number) not in (None, mark.done_bytes):
                raise ValueError(f"{_name(lease)} does not have {mark.done_bytes} bytes")
            self._beat(lane)
            del book.leases[lease.number]
            chunk = DoneChunk(lease.number, lease.attempt, mark, part, lease.doubts)
            book.done[lease.number] = (lease.worker, chunk)
            return True

    def reopen(self, ledger: LedgerId, done: DoneChunk, mark: Mark = NOTHING_DONE) -> bool:
        with self._lock:
            current = self.done_chunk(ledger, done.number)
            if current is None or current.attempt != done.attempt:
                return False
            book = self._books[ledger]
            del book.done[done.number]
            doubts = done.doubts + 1
            book.leases[done.number] = ChunkLease(
                ledger, done.number, "", done.attempt, RELEASED, mark, doubts=doubts
            )
            return True

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        with self._lock:
            book = self._books.get(ledger)
            return [] if book is None else [book.leases[n] for n in sorted(book.leases)]

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        with self._lock:
            book = self._books.get(ledger)
            done = [] if book is None else [book.done[n][1] for n in sorted(book.done)]
        yield from done

    def done_chunk(self, ledger: LedgerId, number: int) -> DoneChunk | None:
        with self._lock:
            book = self._books.get(ledger)
            return None if book is None or number not in book.done else book.done[number][1]

    def reached(self, ledger: LedgerId) -> tuple[Sequence[ChunkLease], DoneChunk | None]:
        with self._lock:
            highest = max(self.done_chunks(ledger), key=lambda done: done.number, default=None)
            return self.open_leases(ledger), highest

    def at_work(self, ledger: LedgerId) -> AtWork | None:
        with self._lock:
            progress = self.progress(ledger)
            if not progress.opened:
                return None
            lanes = self._lanes.lanes(ledger) if ledger.work is Pass.MOVE else ()
            return AtWork(progress, self.open_leases(ledger), lanes)

    def sample_rate(
        self, ledger: LedgerId, seen: Rate | None, rate: Rate, lane: Lane | None = None
    ) -> bool:
        with self._lock:
            book = self._books.get(ledger)
            if book is None or book.rate != seen:
                self._require(lane)
                return False
            self._beat(lane)
            book.rate = rate
            return True

    def _beat(self, lane: Lane | None) -> None:
        if lane is not None:
            self._lanes.beat(lane, lane.until, lane.bytes_in_flight)

    def _require(self, lane: Lane | None) -> None:
        if lane is not None:
            self._lanes.require(lane)

    def _next_free(
        self, ledger: LedgerId, book: _Book, now: datetime, until: datetime
    ) -> ChunkLease | None:
        for number in sorted(book.leases):
            if is_over(book.leases[number].until, now, until):
                return book.leases[number]
        if book.next_chunk == book.plan.total:
            return None
        book.next_chunk += 1
        return ChunkLease(ledger, book.next_chunk - 1, "", 0, now)

    def _transfer_is(self, ledger: LedgerId, statuses: set[Status]) -> bool:
        transfer = self._transfers.rows.get(ledger.transfer_id)
        return (
            transfer is not None
            and transfer.status in statuses
            and transfer.generation == ledger.generation
        )

    def _stored(self, lease: ChunkLease) -> ChunkLease | None:
        """None when another lease holds the chunk, or none does."""
        book = self._books.get(lease.ledger)
        stored = None if book is None else book.leases.get(lease.number)
        if stored is None or not stored.worker:
            return None
        held = (stored.worker, stored.attempt) == (lease.worker, lease.attempt)
        return stored if held else None

    def _change(self, lease: ChunkLease, **changes: object) -> None:
        stored = self._stored(lease)
        if stored is None:
            raise LeaseLost(_name(lease))
        changed = replace(stored, **changes)  # type: ignore[arg-type]
        self._books[lease.ledger].leases[lease.number] = changed


def _name(lease: ChunkLease) -> str:
    return f"chunk {lease.number} of transfer {lease.ledger.transfer_id}"
