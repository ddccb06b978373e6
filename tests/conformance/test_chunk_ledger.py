"""ChunkLedger: who may move which chunk, and what counts as done."""

from dataclasses import replace

import pytest

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.ledger import ChunkLease, DoneChunk, LedgerId, Progress
from services.transfer.domain.rate import Rate
from services.transfer.domain.transfer import Status
from tests.conformance.records import (
    LARGEST_CRC,
    NOON,
    a_moving_ledger,
    a_transfer,
    after,
    set_status,
)
from tests.conformance.stores import Stores

THREE = ChunkPlan(size_bytes=25, chunk_bytes=10)  # chunks of 10, 10 and 5 bytes


def claim(stores: Stores, ledger: LedgerId, worker: str, at: float = 0) -> ChunkLease:
    """A chunk for 60 seconds from `at`; there must be one."""
    lease = stores.ledger.claim(ledger, worker, after(at), after(at + 60))
    assert lease is not None
    return lease


def test_a_ledger_that_was_never_opened_is_empty_and_gives_nothing(stores: Stores) -> None:
    ledger = LedgerId("t-1", 1)
    stores.transfers.create(a_transfer(status=Status.MOVING), (), None)
    assert stores.ledger.progress(ledger) == Progress(0, 0, 0, 0, 0)
    assert stores.ledger.claim(ledger, "a", NOON, after(60)) is None
    assert list(stores.ledger.open_leases(ledger)) == []
    assert list(stores.ledger.done_chunks(ledger)) == []


def test_a_ledger_of_an_empty_object_is_complete_at_once(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ChunkPlan(0, 10))
    assert stores.ledger.claim(ledger, "a", NOON, after(60)) is None
    progress = stores.ledger.progress(ledger)
    assert progress.chunks_done == progress.chunks_total


def test_chunks_are_claimed_in_order_and_once_each(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    leases = [claim(stores, ledger, worker) for worker in "abc"]
    assert leases == [ChunkLease(ledger, n, "abc"[n], 1, after(60)) for n in range(3)]
    assert stores.ledger.claim(ledger, "d", NOON, after(60)) is None
    assert list(stores.ledger.open_leases(ledger)) == leases
    assert stores.ledger.progress(ledger) == Progress(3, 3, 0, 0, attempts=3)


def test_finishing_moves_a_chunk_from_open_to_done_and_counts_its_bytes(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    leases = [claim(stores, ledger, worker) for worker in "abc"]
    for lease, length in zip(reversed(leases), (5, 10, 10), strict=True):
        stores.ledger.finish(lease, length, LARGEST_CRC - lease.number)
    assert list(stores.ledger.done_chunks(ledger)) == [
        DoneChunk(0, 10, LARGEST_CRC, 1),
        DoneChunk(1, 10, LARGEST_CRC - 1, 1),
        DoneChunk(2, 5, LARGEST_CRC - 2, 1),
    ]
    assert list(stores.ledger.open_leases(ledger)) == []
    progress = stores.ledger.progress(ledger)
    assert progress == Progress(3, 3, 3, 25, attempts=3)
    assert progress.chunks_done == progress.chunks_total


def test_opening_again_leaves_an_open_ledger_as_it_is(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    stores.ledger.finish(claim(stores, ledger, "a"), 10, 1)
    before = stores.ledger.progress(ledger)
    stores.ledger.open(ledger, ChunkPlan(1_000, 1))
    assert stores.ledger.progress(ledger) == before
    assert claim(stores, ledger, "b").number == 1


def test_an_expired_chunk_is_taken_over_before_new_ones_under_the_next_attempt(
    stores: Stores,
) -> None:
    ledger = a_moving_ledger(stores, THREE)
    claim(stores, ledger, "a")
    assert claim(stores, ledger, "b", at=59.999999).number == 1
    taken = claim(stores, ledger, "c", at=60)
    assert taken == ChunkLease(ledger, 0, "c", 2, after(120))
    assert stores.ledger.progress(ledger).attempts == 3


def test_a_worker_whose_chunk_was_taken_over_can_do_nothing_with_it(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    zombie = claim(stores, ledger, "a")
    heir = claim(stores, ledger, "b", at=60)
    with pytest.raises(LeaseLost):
        stores.ledger.renew(zombie, after(500))
    with pytest.raises(LeaseLost):
        stores.ledger.finish(zombie, 10, 1)
    stores.ledger.release(zombie, 3, 3)
    assert list(stores.ledger.open_leases(ledger)) == [heir]
    stores.ledger.finish(heir, 10, 2)
    with pytest.raises(LeaseLost):
        stores.ledger.finish(zombie, 10, 1)
    assert list(stores.ledger.done_chunks(ledger)) == [DoneChunk(0, 10, 2, attempt=2)]
    assert stores.ledger.progress(ledger) == Progress(3, 1, 1, 10, attempts=2)


def test_the_same_worker_taking_its_chunk_over_makes_its_first_lease_void(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    first = claim(stores, ledger, "a")
    second = claim(stores, ledger, "a", at=60)
    assert (second.number, second.attempt) == (0, 2)
    with pytest.raises(LeaseLost):
        stores.ledger.finish(first, 10, 1)
    stores.ledger.finish(second, 10, 2)


def test_a_late_worker_still_finishes_a_chunk_that_nobody_took_over(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    late = claim(stores, ledger, "a")
    stores.ledger.renew(late, after(10))
    stores.ledger.finish(late, 10, 1)
    assert claim(stores, ledger, "b", at=1_000).number == 1


def test_a_renewed_chunk_is_not_taken_over(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ChunkPlan(10, 10))
    renewed = stores.ledger.renew(claim(stores, ledger, "a"), after(120))
    assert renewed.until == after(120)
    assert stores.ledger.claim(ledger, "b", after(119), after(200)) is None
    assert list(stores.ledger.open_leases(ledger)) == [renewed]


def test_a_released_chunk_goes_on_at_once_from_its_checkpoint(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    stores.ledger.release(claim(stores, ledger, "a"), 7, LARGEST_CRC)
    [free] = stores.ledger.open_leases(ledger)
    assert (free.number, free.worker, free.attempt) == (0, "", 1)
    assert free.until <= NOON
    taken = claim(stores, ledger, "b")
    assert taken == ChunkLease(ledger, 0, "b", 2, after(60), done_bytes=7, crc64=LARGEST_CRC)
    assert claim(stores, ledger, "c", at=60).done_bytes == 7  # nor does a crash lose it


def test_whoever_gave_a_chunk_back_has_no_right_left(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = claim(stores, ledger, "a")
    stores.ledger.release(lease, 7, 77)
    stores.ledger.release(lease, 8, 88)
    [free] = stores.ledger.open_leases(ledger)
    assert (free.done_bytes, free.crc64) == (7, 77)
    for void in (lease, free):
        with pytest.raises(LeaseLost):
            stores.ledger.renew(void, after(500))
        with pytest.raises(LeaseLost):
            stores.ledger.finish(void, 10, 1)
    assert stores.ledger.progress(ledger).chunks_done == 0


def test_repeating_a_finish_that_worked_is_quietly_the_same(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = claim(stores, ledger, "a")
    stores.ledger.finish(lease, 10, 1)
    before = stores.ledger.progress(ledger)
    set_status(stores, "t-1", Status.CANCELLING)
    stores.ledger.finish(lease, 10, 1)
    stores.ledger.release(lease, 3, 3)
    with pytest.raises(LeaseLost):
        stores.ledger.renew(lease, after(500))
    with pytest.raises(LeaseLost):
        stores.ledger.finish(replace(lease, attempt=2), 10, 1)
    with pytest.raises(LeaseLost):
        stores.ledger.finish(replace(lease, worker="b"), 10, 1)
    assert stores.ledger.progress(ledger) == before
    assert list(stores.ledger.open_leases(ledger)) == []


def test_a_chunk_is_not_done_with_another_length_than_its_own(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = claim(stores, ledger, "a")
    with pytest.raises(ValueError, match="9"):
        stores.ledger.finish(lease, 9, 1)
    assert stores.ledger.progress(ledger).chunks_done == 0
    stores.ledger.finish(lease, 10, 1)


@pytest.mark.parametrize("status", [status for status in Status if status != Status.MOVING])
def test_nothing_is_claimed_unless_the_transfer_is_moving(stores: Stores, status: Status) -> None:
    ledger = a_moving_ledger(stores, THREE)
    stores.ledger.release(claim(stores, ledger, "a"), 0, 0)
    set_status(stores, "t-1", status)
    assert stores.ledger.claim(ledger, "b", NOON, after(60)) is None
    set_status(stores, "t-1", Status.MOVING)
    assert claim(stores, ledger, "b").number == 0


@pytest.mark.parametrize("status", list(Status))
def test_a_chunk_is_finished_only_while_moving_or_paused(stores: Stores, status: Status) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = claim(stores, ledger, "a")
    set_status(stores, "t-1", status)
    if status in {Status.MOVING, Status.PAUSED}:
        stores.ledger.finish(lease, 10, 1)
    else:
        with pytest.raises(LeaseLost):
            stores.ledger.finish(lease, 10, 1)
    done = int(status in {Status.MOVING, Status.PAUSED})
    assert stores.ledger.progress(ledger).chunks_done == done


def test_chunks_of_another_generation_are_void(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    old = claim(stores, ledger, "a")
    transfer = stores.transfers.save(replace(stores.transfers.read("t-1"), generation=2))
    newer = LedgerId("t-1", transfer.generation)
    with pytest.raises(LeaseLost):
        stores.ledger.finish(old, 10, 1)
    assert stores.ledger.claim(ledger, "b", after(60), after(120)) is None
    stores.ledger.open(newer, THREE)
    assert claim(stores, newer, "b") == ChunkLease(newer, 0, "b", 1, after(60))
    assert stores.ledger.progress(ledger) == Progress(3, 1, 0, 0, attempts=1)


def test_two_transfers_do_not_touch_each_other(stores: Stores) -> None:
    first, second = (a_moving_ledger(stores, THREE, name) for name in ("t-1", "t-11"))
    stores.ledger.finish(claim(stores, first, "a"), 10, 1)
    assert stores.ledger.progress(second) == Progress(3, 0, 0, 0, 0)
    assert claim(stores, second, "a").number == 0


def test_done_chunks_come_in_order_of_number_beyond_nine(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ChunkPlan(12, 1))
    leases = [claim(stores, ledger, "a") for _ in range(12)]
    for lease in reversed(leases):
        stores.ledger.finish(lease, 1, lease.number)
    assert [chunk.number for chunk in stores.ledger.done_chunks(ledger)] == list(range(12))


def test_a_rate_is_sampled_only_on_top_of_the_one_that_was_seen(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    first, second = Rate(NOON, 10, 1e-300), Rate(after(1), 10, 0.1 + 0.2)
    assert not stores.ledger.sample_rate(ledger, second, first)
    assert stores.ledger.sample_rate(ledger, None, first)
    assert not stores.ledger.sample_rate(ledger, None, second)
    assert stores.ledger.progress(ledger).rate == first
    assert stores.ledger.sample_rate(ledger, first, second)
    assert not stores.ledger.sample_rate(ledger, first, second)
    assert stores.ledger.progress(ledger).rate == second
    assert not stores.ledger.sample_rate(LedgerId("t-1", 9), None, first)
