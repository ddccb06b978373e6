"""Whatever workers, crashes, zombies and pauses do: the ledger counts every chunk exactly once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

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
from services.transfer.domain.ledger import ChunkLease, DoneChunk, Progress
from services.transfer.domain.transfer import Status
from tests.conformance.records import a_moving_ledger, after, set_status
from tests.conformance.stores import (
    Stores,
    create_table,
    dynamodb_client,
    dynamodb_stores,
    in_memory_stores,
)

LEASE_SECONDS = 60
WORKERS = st.sampled_from(["ann", "bob"])  # few, so that one often meets its own old lease
ACTS = st.sampled_from(["finish", "renew", "release"])
CHECKSUMS = st.integers(0, 2**64 - 1)


class Backend(Protocol):
    def empty_stores(self) -> Stores: ...

    def in_the_middle(self, action: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside, the next write waits until `action` is done."""
        ...


class InMemory:
    def empty_stores(self) -> Stores:
        return in_memory_stores()

    @contextmanager
    def in_the_middle(self, action: Callable[[], None]) -> Iterator[None]:
        action()  # a call has no middle there
        yield


class Moto:
    def __init__(self) -> None:
        self.client = dynamodb_client()
        self.client.meta.events.register("before-call.dynamodb.TransactWriteItems", self.write)
        self.waiting: list[Callable[[], None]] = []

    def empty_stores(self) -> Stores:
        """In a new table: moto copies a whole table for each transaction."""
        for name in self.client.list_tables()["TableNames"]:
            self.client.delete_table(TableName=name)
        create_table(self.client, "transfers")
        return dynamodb_stores(self.client, "transfers")

    @contextmanager
    def in_the_middle(self, action: Callable[[], None]) -> Iterator[None]:
        self.waiting.append(action)
        yield
        self.waiting.clear()

    def write(self, **_: object) -> None:
        if self.waiting:
            self.waiting.pop()()


@dataclass
class Expected:
    """What must be true of one chunk that was ever claimed."""

    worker: str
    attempt: int
    until: float
    checkpoint: tuple[int, int] = (0, 0)
    done_crc64: int | None = None

    def is_held_by(self, lease: ChunkLease) -> bool:
        holder = (lease.worker, lease.attempt)
        return self.done_crc64 is None and (self.worker, self.attempt) == holder


class LedgerMachine(RuleBasedStateMachine):
    """Drives a ledger and knows, chunk by chunk, what it must answer."""

    backend: Backend

    leases = Bundle("leases")  # every lease ever given: a zombie may use any of them at any time

    @initialize(size=st.integers(0, 50))
    def open(self, size: int) -> None:
        self.plan = ChunkPlan(size, chunk_bytes=10)
        self.stores = self.backend.empty_stores()
        self.ledger = a_moving_ledger(self.stores, self.plan)
        self.clock = 0.0
        self.moving = True
        self.chunks: dict[int, Expected] = {}

    def claim_for(self, worker: str, *, disturbed: bool = False) -> ChunkLease | None:
        now, until = self.clock, self.clock + LEASE_SECONDS
        lease = self.stores.ledger.claim(self.ledger, worker, after(now), after(until))
        unfinished = {n: chunk for n, chunk in self.chunks.items() if chunk.done_crc64 is None}
        free = {n for n, chunk in unfinished.items() if chunk.until <= now}
        if lease is None:
            assert not self.moving or (not free and len(self.chunks) == self.plan.total)
            return None
        assert self.moving
        first = min(free, default=len(self.chunks))
        assert lease.number == first or disturbed, "a chunk that began earlier comes first"
        before = self.chunks.get(lease.number, Expected("", 0, now))
        assert before.done_crc64 is None, "a done chunk is never given again"
        assert before.until <= now, "nobody may hold it at the same time"
        assert lease.attempt == before.attempt + 1
        assert (lease.done_bytes, lease.crc64) == before.checkpoint
        self.chunks[lease.number] = Expected(worker, lease.attempt, until, before.checkpoint)
        return lease

    def finish(self, lease: ChunkLease, crc64: int) -> None:
        chunk = self.chunks[lease.number]
        length = self.plan.range_of(lease.number)[1]
        if (chunk.worker, chunk.attempt) == (lease.worker, lease.attempt):  # perhaps repeated
            self.stores.ledger.finish(lease, length, crc64)
            chunk.done_crc64 = crc64 if chunk.done_crc64 is None else chunk.done_crc64
        else:
            with pytest.raises(LeaseLost):
                self.stores.ledger.finish(lease, length, crc64)

    def renew(self, lease: ChunkLease, _: int) -> None:
        chunk, until = self.chunks[lease.number], self.clock + LEASE_SECONDS
        if chunk.is_held_by(lease):
            self.stores.ledger.renew(lease, after(until))
            chunk.until = until
        else:
            with pytest.raises(LeaseLost):
                self.stores.ledger.renew(lease, after(until))

    def release(self, lease: ChunkLease, crc64: int) -> None:
        chunk = self.chunks[lease.number]
        self.stores.ledger.release(lease, crc64 % 10, crc64)
        if chunk.is_held_by(lease):
            chunk.worker, chunk.until = "", float("-inf")
            chunk.checkpoint = (crc64 % 10, crc64)

    @rule(target=leases, worker=WORKERS)
    def claim(self, worker: str) -> object:
        lease = self.claim_for(worker)
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
        assert self.stores.ledger.progress(self.ledger) == Progress(
            chunks_total=self.plan.total,
            next_chunk=len(self.chunks),
            chunks_done=len(done),
            bytes_done=sum(chunk.length_bytes for chunk in done),
            attempts=sum(chunk.attempt for chunk in self.chunks.values()),
        )
        found = self.stores.ledger.open_leases(self.ledger)
        assert {lease.number: (lease.worker, lease.attempt) for lease in found} == {
            number: (chunk.worker, chunk.attempt)
            for number, chunk in self.chunks.items()
            if chunk.done_crc64 is None
        }

    def expected_done(self) -> list[DoneChunk]:
        return [
            DoneChunk(n, self.plan.range_of(n)[1], chunk.done_crc64, chunk.attempt)
            for n, chunk in sorted(self.chunks.items())
            if chunk.done_crc64 is not None
        ]

    def teardown(self) -> None:
        """However it went: one patient worker brings every transfer to its end."""
        if not self.moving:
            self.pause_or_resume()
        self.clock += LEASE_SECONDS
        while (lease := self.claim_for("last")) is not None:
            self.finish(lease, lease.number)
        self.the_ledger_says_what_happened()
        progress = self.stores.ledger.progress(self.ledger)
        assert progress.chunks_done == progress.chunks_total
        assert progress.bytes_done == self.plan.size_bytes


@pytest.mark.parametrize(
    ("backend", "examples", "steps"),
    [
        pytest.param(InMemory, 300, 50, id="in_memory"),
        pytest.param(Moto, 60, 30, id="moto", marks=pytest.mark.slow),
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
