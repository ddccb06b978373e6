"""In-memory chunk ledger, held by the conformance suite to what DynamoDB does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.ledger import ChunkLease, DoneChunk, LedgerId, Progress
from services.transfer.domain.rate import Rate
from services.transfer.domain.transfer import Status
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
    """Looks at the transfers' status and generation in the given store."""

    def __init__(self, transfers: InMemoryTransferStore) -> None:
        self._transfers = transfers
        self._lock = transfers.lock
        self._books: dict[LedgerId, _Book] = {}

    def open(self, ledger: LedgerId, plan: ChunkPlan) -> None:
        with self._lock:
            self._books.setdefault(ledger, _Book(plan))

    def progress(self, ledger: LedgerId) -> Progress:
        with self._lock:
            book = self._books.get(ledger)
            if book is None:
                return Progress(0, 0, 0, 0, 0)
            return Progress(
                chunks_total=book.plan.total,
                next_chunk=book.next_chunk,
                chunks_done=len(book.done),
                bytes_done=sum(chunk.length_bytes for _, chunk in book.done.values()),
                attempts=book.attempts,
                rate=book.rate,
            )

    def claim(
        self, ledger: LedgerId, worker: str, now: datetime, until: datetime
    ) -> ChunkLease | None:
        with self._lock:
            book = self._books.get(ledger)
            if book is None or not self._transfer_is(ledger, {Status.MOVING}):
                return None
            lease = self._next_lease(ledger, book, now)
            if lease is None:
                return None
            lease = replace(lease, worker=worker, until=until, attempt=lease.attempt + 1)
            book.leases[lease.number] = lease
            book.attempts += 1
            return lease

    def renew(self, lease: ChunkLease, until: datetime) -> ChunkLease:
        with self._lock:
            if not self._holds(lease):
                raise LeaseLost(_name(lease))
            renewed = replace(lease, until=until)
            self._books[lease.ledger].leases[lease.number] = renewed
            return renewed

    def release(self, lease: ChunkLease, done_bytes: int, crc64: int) -> None:
        with self._lock:
            if self._holds(lease):
                self._books[lease.ledger].leases[lease.number] = replace(
                    lease, worker="", until=RELEASED, done_bytes=done_bytes, crc64=crc64
                )

    def finish(self, lease: ChunkLease, length_bytes: int, crc64: int) -> None:
        with self._lock:
            book = self._books.get(lease.ledger)
            if book is None:
                raise LeaseLost(_name(lease))
            if lease.number in book.done:
                worker, chunk = book.done[lease.number]
                if (worker, chunk.attempt) == (lease.worker, lease.attempt):
                    return
            movable = self._transfer_is(lease.ledger, {Status.MOVING, Status.PAUSED})
            if not movable or not self._holds(lease):
                raise LeaseLost(_name(lease))
            if length_bytes != book.plan.range_of(lease.number)[1]:
                raise ValueError(f"{_name(lease)} does not have {length_bytes} bytes")
            del book.leases[lease.number]
            chunk = DoneChunk(lease.number, length_bytes, crc64, lease.attempt)
            book.done[lease.number] = (lease.worker, chunk)

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        with self._lock:
            book = self._books.get(ledger)
            return [] if book is None else [book.leases[n] for n in sorted(book.leases)]

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        with self._lock:
            book = self._books.get(ledger)
            done = [] if book is None else [book.done[n][1] for n in sorted(book.done)]
        yield from done

    def sample_rate(self, ledger: LedgerId, seen: Rate | None, rate: Rate) -> bool:
        with self._lock:
            book = self._books.get(ledger)
            if book is None or book.rate != seen:
                return False
            book.rate = rate
            return True

    def _next_lease(self, ledger: LedgerId, book: _Book, now: datetime) -> ChunkLease | None:
        for number in sorted(book.leases):
            if book.leases[number].until <= now:
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

    def _holds(self, lease: ChunkLease) -> bool:
        book = self._books.get(lease.ledger)
        stored = None if book is None else book.leases.get(lease.number)
        if stored is None or not stored.worker:
            return False
        return (stored.worker, stored.attempt) == (lease.worker, lease.attempt)


def _name(lease: ChunkLease) -> str:
    return f"chunk {lease.number} of transfer {lease.ledger.transfer_id}"
