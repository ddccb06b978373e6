"""Which chunks are free, leased and done, and who drives which lane."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import (
    NOTHING_DONE,
    ChunkLease,
    DoneChunk,
    LedgerId,
    Mark,
    Progress,
)
from services.transfer.domain.progress_sample import AtWork
from services.transfer.domain.rate import Rate


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

    def finish(
        self,
        lease: ChunkLease,
        mark: Mark,
        part: str,
        lane: Lane | None = None,
        now: datetime | None = None,
    ) -> ChunkLease | None:
        """Records the chunk as done and counts it, in one transaction. Works only while the
        transfer is MOVING or PAUSED in this generation, otherwise it raises LeaseLost as for a lost
        lease. Raises ValueError for another length than the plan's. When this very lease has
        finished the chunk before, nothing changes.

        Stores `lane` as LaneRegister.beat does, in the same transaction. So nobody ever sees the
        chunk done and its bytes in flight as well. Raises LeaseLost when the lane is lost. With
        `now`, the same transaction also claims the next chunk, as `claim` does, for as long as the
        lane has its lease. None where there is none, or another worker was quicker.
        """
        ...

    def reopen(self, ledger: LedgerId, done: DoneChunk, mark: Mark = NOTHING_DONE) -> bool:
        """Frees a done chunk that was found damaged, or in which files failed. It goes on from
        `mark`, with doubts + 1. False when the chunk is not done under that attempt any more. Then
        nothing changes."""
        ...

    def open_leases(self, ledger: LedgerId) -> Sequence[ChunkLease]:
        """Chunks that were claimed and are not done. Released ones are among them. They have no
        worker, and their lease ended long ago."""
        ...

    def done_chunks(self, ledger: LedgerId) -> Iterator[DoneChunk]:
        """In order of number."""
        ...

    def done_chunk(self, ledger: LedgerId, number: int) -> DoneChunk | None: ...

    def reached(self, ledger: LedgerId) -> tuple[Sequence[ChunkLease], DoneChunk | None]:
        """The open leases, and then the done chunk with the highest number. The file reaches at
        least to this chunk's end. One call, unless very many chunks are open."""
        ...

    def at_work(self, ledger: LedgerId) -> AtWork | None:
        """What moves at the moment, with one call. The sums are read first. So a chunk that is
        claimed meanwhile is open, and does not look like a done one. Both passes share the
        lanes, which are with the first. None for a ledger that was never opened."""
        ...

    def sample_rate(
        self, ledger: LedgerId, seen: Rate | None, rate: Rate, lane: Lane | None = None
    ) -> bool:
        """Stores the sample if the stored one is still `seen`. False when somebody else stored one
        meanwhile. Then nothing changes. `lane` is stored with it, as by `finish`.
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
        """The lane, as `Lane.taken_by` has it. None when `turn` is not its current turn, when it
        has ended, or when its worker still has a lease (see ledger.is_over).
        """
        ...

    def beat(self, lane: Lane, until: datetime, bytes_in_flight: int) -> Lane:
        """Stores `until`, the bytes and the lane's failures, figures, session and whether it is
        leaving. Raises LeaseLost when this worker does not hold that turn any more."""
        ...

    def end(self, lane: Lane) -> None:
        """Records that nothing is left for this lane. A lost lease is no error."""
        ...

    def lanes(self, ledger: LedgerId) -> Sequence[Lane]: ...
