"""The ledger counts every chunk exactly once, despite crashes, pauses and late workers."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from moto import mock_aws

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.leases import CLOCKS_DIFFER, LONGEST_LEASE
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, DoneChunk, Mark, Progress
from services.transfer.domain.status import Status
from tests.conformance.records import PART, a_mark, a_moving_ledger, after, set_status
from tests.unit.transfer.ledger_backends import Backend, InMemory, Moto

pytestmark = pytest.mark.slow

LEASE_SECONDS = 60
SKEW_SECONDS = CLOCKS_DIFFER.total_seconds()
# How far a worker's clock is ahead: not at all, as far as it may be, and far too much.
AHEAD = st.sampled_from([0, 0, 0, SKEW_SECONDS, 3_600])
WORKERS = st.sampled_from(["ann", "bob"])  # few, so that one often meets its own old lease
ACTS = st.sampled_from(["finish", "renew", "checkpoint", "release", "release_ahead"])
CHECKSUMS = st.integers(0, 2**64 - 1)


@dataclass
class Expected:
    """What must be true of one chunk that was ever claimed."""

    worker: str
    attempt: int
    until: float
    mark: Mark = NOTHING_DONE
    ahead: Mark | None = None
    doubts: int = 0
    done: DoneChunk | None = None

    def is_held_by(self, lease: ChunkLease) -> bool:
        holder = (lease.worker, lease.attempt)
        return self.done is None and bool(self.worker) and (self.worker, self.attempt) == holder

    def is_free(self, now: float) -> bool:
        """For somebody whose clock says `now`."""
        longest = LONGEST_LEASE.total_seconds()
        over = self.until <= now or self.until > now + longest + SKEW_SECONDS
        return self.done is None and over


class LedgerMachine(RuleBasedStateMachine):
    """Drives a ledger and knows, chunk by chunk, what it must answer."""

    backend: Backend

    leases = Bundle("leases")  # every lease ever given, as a late worker may use any of them
    found = Bundle("found")  # done chunks as somebody once saw them

    @initialize(size=st.integers(0, 50))
    def open(self, size: int) -> None:
        self.plan = ChunkPlan(size, chunk_bytes=10)
        self.stores = self.backend.empty_stores()
        self.ledger = a_moving_ledger(self.stores, self.plan)
        self.clock = 0.0
        self.moving = True
        self.chunks: dict[int, Expected] = {}

    def claim_for(
        self, worker: str, ahead: float = 0, *, disturbed: bool = False
    ) -> ChunkLease | None:
        now = self.clock + ahead
        until = now + LEASE_SECONDS
        lease = self.stores.ledger.claim(self.ledger, worker, after(now), after(until))
        free = {n for n, chunk in self.chunks.items() if chunk.is_free(now)}
        if lease is None:
            assert not self.moving or (not free and len(self.chunks) == self.plan.total)
            return None
        assert self.moving
        first = min(free, default=len(self.chunks))
        assert lease.number == first or disturbed, "a chunk that began earlier comes first"
        before = self.chunks.get(lease.number, Expected("", 0, now))
        assert before.done is None, "a done chunk is never given again"
        assert before.is_free(now), "nobody may hold it at the same time"
        assert lease.attempt == before.attempt + 1
        assert (lease.mark, lease.ahead) == (before.mark, before.ahead)
        assert lease.doubts == before.doubts
        self.chunks[lease.number] = replace(
            before, worker=worker, attempt=lease.attempt, until=until
        )
        return lease

    def finish(self, lease: ChunkLease, crc64: int) -> None:
        chunk = self.chunks[lease.number]
        mark = a_mark(self.plan.range_of(lease.number)[1], crc64)
        if (chunk.worker, chunk.attempt) == (lease.worker, lease.attempt):  # perhaps repeated
            self.stores.ledger.finish(lease, mark, PART)
            done = DoneChunk(lease.number, lease.attempt, mark, PART, lease.doubts)
            chunk.done = done if chunk.done is None else chunk.done
        else:
            with pytest.raises(LeaseLost):
                self.stores.ledger.finish(lease, mark, PART)

    def renew(self, lease: ChunkLease, _: int) -> None:
        chunk, until = self.chunks[lease.number], self.clock + LEASE_SECONDS
        if chunk.is_held_by(lease):
            self.stores.ledger.renew(lease, after(until))
            chunk.until = until
        else:
            with pytest.raises(LeaseLost):
                self.stores.ledger.renew(lease, after(until))

    def checkpoint(self, lease: ChunkLease, crc64: int) -> None:
        chunk, mark = self.chunks[lease.number], a_mark(crc64 % 10, crc64)
        if chunk.is_held_by(lease):
            marked = self.stores.ledger.checkpoint(lease, mark)
            assert marked == replace(lease, mark=mark, ahead=None)
            chunk.mark, chunk.ahead = mark, None
        else:
            with pytest.raises(LeaseLost):
                self.stores.ledger.checkpoint(lease, mark)

    def release(self, lease: ChunkLease, crc64: int) -> None:
        self.give_back(replace(lease, mark=a_mark(crc64 % 10, crc64), doubts=crc64 % 3, ahead=None))

    def release_ahead(self, lease: ChunkLease, crc64: int) -> None:
        self.give_back(replace(lease, ahead=a_mark(crc64 % 10, crc64)))

    def give_back(self, lease: ChunkLease) -> None:
        chunk = self.chunks[lease.number]
        self.stores.ledger.release(lease)
        if chunk.is_held_by(lease):
            chunk.worker, chunk.until = "", float("-inf")
            chunk.mark, chunk.ahead, chunk.doubts = lease.mark, lease.ahead, lease.doubts

    def reopen(self, seen: DoneChunk) -> None:
        chunk = self.chunks[seen.number]
        it_is = chunk.done is not None and chunk.done.attempt == seen.attempt
        assert self.stores.ledger.reopen(self.ledger, seen) == it_is
        if it_is:
            self.chunks[seen.number] = Expected(
                "", seen.attempt, float("-inf"), doubts=seen.doubts + 1
            )

    @rule(target=leases, worker=WORKERS, ahead=AHEAD)
    def claim(self, worker: str, ahead: float) -> object:
        lease = self.claim_for(worker, ahead)
        return multiple() if lease is None else lease

    @rule(target=leases, worker=WORKERS, rival=WORKERS)
    def claim_while_a_rival_claims(self, worker: str, rival: str) -> object:
        won: list[ChunkLease | None] = []
        with self.backend.in_the_middle(lambda: won.append(self.claim_for(rival))):
            won.append(self.claim_for(worker, disturbed=True))
        return multiple(*(lease for lease in won if lease is not None))

    @rule(target=leases, worker=WORKERS, lease=leases, act=ACTS, crc64=CHECKSUMS)
    def claim_while_somebody_acts(
        self, worker: str, lease: ChunkLease, act: str, crc64: int
    ) -> object:
        with self.backend.in_the_middle(lambda: getattr(self, act)(lease, crc64)):
            given = self.claim_for(worker, disturbed=True)
        return multiple() if given is None else given

    @rule(lease=leases, act=ACTS, crc64=CHECKSUMS)
    def somebody_acts(self, lease: ChunkLease, act: str, crc64: int) -> None:
        getattr(self, act)(lease, crc64)

    @rule(target=found, data=st.data())
    def somebody_reads_a_done_chunk(self, data: st.DataObject) -> object:
        done = self.expected_done()
        if not done:
            return multiple()
        chosen = data.draw(st.sampled_from(done))
        assert self.stores.ledger.done_chunk(self.ledger, chosen.number) == chosen
        return chosen

    @rule(seen=found)
    def somebody_says_it_is_damaged(self, seen: DoneChunk) -> None:
        self.reopen(seen)

    @rule(target=leases, worker=WORKERS, seen=found)
    def claim_while_somebody_reopens(self, worker: str, seen: DoneChunk) -> object:
        with self.backend.in_the_middle(lambda: self.reopen(seen)):
            given = self.claim_for(worker, disturbed=True)
        return multiple() if given is None else given

    @rule(seconds=st.sampled_from([1, LEASE_SECONDS // 2, LEASE_SECONDS]))
    def time_passes_and_the_crashed_are_found_out(self, seconds: int) -> None:
        self.clock += seconds

    @rule()
    def pause_or_resume(self) -> None:
        self.moving = not self.moving
        set_status(self.stores, "t-1", Status.MOVING if self.moving else Status.PAUSED)

    @invariant()
    def the_ledger_says_what_happened(self) -> None:
        done = self.expected_done()
        assert list(self.stores.ledger.done_chunks(self.ledger)) == done
        assert self.stores.ledger.reached(self.ledger)[1] == (done[-1] if done else None)
        assert self.stores.ledger.progress(self.ledger) == Progress(
            chunks_total=self.plan.total,
            next_chunk=len(self.chunks),
            chunks_done=len(done),
            bytes_done=sum(chunk.length_bytes for chunk in done),
            attempts=sum(chunk.attempt for chunk in self.chunks.values()),
        )
        found = self.stores.ledger.open_leases(self.ledger)
        assert {lease.number: (lease.worker, lease.attempt, lease.mark) for lease in found} == {
            number: (chunk.worker, chunk.attempt, chunk.mark)
            for number, chunk in self.chunks.items()
            if chunk.done is None
        }

    def expected_done(self) -> list[DoneChunk]:
        return [chunk.done for _, chunk in sorted(self.chunks.items()) if chunk.done is not None]

    def teardown(self) -> None:
        """In the end one patient worker can always complete the transfer."""
        if not self.moving:
            self.pause_or_resume()
        self.clock += 2 * LEASE_SECONDS + SKEW_SECONDS  # no clock that is believed says more
        while (lease := self.claim_for("last")) is not None:
            self.finish(lease, lease.number)
        self.the_ledger_says_what_happened()
        progress = self.stores.ledger.progress(self.ledger)
        assert progress.complete
        assert progress.bytes_done == self.plan.size_bytes


@pytest.mark.parametrize(
    ("backend", "examples", "steps"),
    [
        pytest.param(InMemory, 300, 50, id="in_memory"),
        pytest.param(Moto, 40, 30, id="moto", marks=pytest.mark.slow),
    ],
)
def test_every_chunk_is_done_exactly_once(
    backend: Callable[[], Backend], examples: int, steps: int
) -> None:
    with mock_aws():
        machine = type("Machine", (LedgerMachine,), {"backend": backend()})
        limits = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
            phases=[Phase.generate] if backend is Moto else list(Phase),  # shrinking takes hours
        )
        run_state_machine_as_test(machine, settings=limits)
