"""ChunkLedger says who may move which chunk, and what counts as done."""

from dataclasses import replace

import pytest

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.file_outcomes import (
    NO_FILES,
    FileCounts,
    FileOutcome,
    FileResult,
    text_of,
)
from services.transfer.domain.ledger import (
    NEVER_OPENED,
    ChunkLease,
    DoneChunk,
    LedgerId,
    Mark,
    Progress,
)
from services.transfer.domain.rate import Rate
from services.transfer.domain.status import Status
from tests.conformance.hooked_table import must_claim
from tests.conformance.records import (
    LARGEST_CRC,
    NOON,
    PART,
    a_mark,
    a_moving_ledger,
    a_transfer,
    after,
    finish,
    set_status,
)
from tests.conformance.stores import Stores

SAME = FileOutcome(FileResult.SKIPPED, 3, 2)
THREE = ChunkPlan(size_bytes=25, chunk_bytes=10)  # chunks of 10, 10 and 5 bytes


def test_a_ledger_that_was_never_opened_says_so_and_gives_nothing(stores: Stores) -> None:
    ledger = LedgerId("t-1", 1)
    stores.transfers.create(a_transfer(status=Status.MOVING, generation=1), (), None)
    assert stores.ledger.progress(ledger) == NEVER_OPENED
    assert not NEVER_OPENED.complete
    assert stores.ledger.claim(ledger, "a", NOON, after(60)) is None
    assert list(stores.ledger.open_leases(ledger)) == []
    assert list(stores.ledger.done_chunks(ledger)) == []
    assert stores.ledger.reached(ledger)[1] is None
    assert stores.ledger.done_chunk(ledger, 0) is None
    assert not stores.ledger.reopen(ledger, DoneChunk(0, 1, a_mark(), PART))
    assert stores.ledger.progress(ledger) == NEVER_OPENED


def test_a_ledger_of_an_empty_object_is_complete_at_once(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ChunkPlan(0, 10))
    assert stores.ledger.claim(ledger, "a", NOON, after(60)) is None
    assert stores.ledger.progress(ledger).complete


def test_chunks_are_claimed_in_order_and_once_each(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    leases = [must_claim(stores, ledger, worker) for worker in "abc"]
    assert leases == [ChunkLease(ledger, n, "abc"[n], 1, after(60)) for n in range(3)]
    assert stores.ledger.claim(ledger, "d", NOON, after(60)) is None
    assert list(stores.ledger.open_leases(ledger)) == leases
    assert stores.ledger.progress(ledger) == Progress(3, 3, 0, 0, attempts=3)


def test_finishing_moves_a_chunk_from_open_to_done_and_counts_its_bytes(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    leases = [must_claim(stores, ledger, worker) for worker in "abc"]
    for lease, length in zip(reversed(leases), (5, 10, 10), strict=True):
        assert not stores.ledger.progress(ledger).complete
        finish(stores, lease, length, LARGEST_CRC - lease.number)
    done = [
        DoneChunk(n, 1, a_mark(length, LARGEST_CRC - n), PART)
        for n, length in enumerate((10, 10, 5))
    ]
    assert list(stores.ledger.done_chunks(ledger)) == done
    assert [stores.ledger.done_chunk(ledger, n) for n in range(4)] == [*done, None]
    assert list(stores.ledger.open_leases(ledger)) == []
    progress = stores.ledger.progress(ledger)
    assert progress == Progress(3, 3, 3, 25, attempts=3)
    assert progress.complete


def test_opening_again_leaves_an_open_ledger_as_it_is(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    finish(stores, must_claim(stores, ledger, "a"))
    before = stores.ledger.progress(ledger)
    stores.ledger.open(ledger, ChunkPlan(1_000, 1))
    assert stores.ledger.progress(ledger) == before
    assert must_claim(stores, ledger, "b").number == 1


def test_a_late_worker_still_finishes_a_chunk_that_nobody_took_over(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    late = must_claim(stores, ledger, "a")
    stores.ledger.renew(late, after(10))
    finish(stores, late)
    assert must_claim(stores, ledger, "b", at=1_000).number == 1


def test_repeating_a_finish_that_worked_is_quietly_the_same(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = must_claim(stores, ledger, "a")
    finish(stores, lease)
    before = stores.ledger.progress(ledger)
    set_status(stores, "t-1", Status.CANCELLING)
    finish(stores, lease)
    stores.ledger.release(lease)
    with pytest.raises(LeaseLost):
        stores.ledger.renew(lease, after(500))
    with pytest.raises(LeaseLost):
        stores.ledger.checkpoint(lease, a_mark(3))
    with pytest.raises(LeaseLost):
        finish(stores, replace(lease, attempt=2))
    with pytest.raises(LeaseLost):
        finish(stores, replace(lease, worker="b"))
    assert stores.ledger.progress(ledger) == before
    assert list(stores.ledger.open_leases(ledger)) == []


def test_a_chunk_is_not_done_with_another_length_than_its_own(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = must_claim(stores, ledger, "a")
    with pytest.raises(ValueError, match="9"):
        finish(stores, lease, 9)
    assert stores.ledger.progress(ledger).chunks_done == 0
    finish(stores, lease, 10)


@pytest.mark.parametrize("status", [status for status in Status if status != Status.MOVING])
def test_nothing_is_claimed_unless_the_transfer_is_moving(stores: Stores, status: Status) -> None:
    ledger = a_moving_ledger(stores, THREE)
    stores.ledger.release(must_claim(stores, ledger, "a"))
    set_status(stores, "t-1", status)
    assert stores.ledger.claim(ledger, "b", NOON, after(60)) is None
    set_status(stores, "t-1", Status.MOVING)
    assert must_claim(stores, ledger, "b").number == 0


@pytest.mark.parametrize("status", list(Status))
def test_a_chunk_is_finished_only_while_moving_or_paused(stores: Stores, status: Status) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = must_claim(stores, ledger, "a")
    set_status(stores, "t-1", status)
    if status in {Status.MOVING, Status.PAUSED}:
        finish(stores, lease)
    else:
        with pytest.raises(LeaseLost):
            finish(stores, lease)
    done = int(status in {Status.MOVING, Status.PAUSED})
    assert stores.ledger.progress(ledger).chunks_done == done


def test_chunks_of_another_generation_are_void(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    old = must_claim(stores, ledger, "a")
    transfer = stores.transfers.save(replace(stores.transfers.read("t-1"), generation=2))
    with pytest.raises(LeaseLost):
        finish(stores, old)
    assert stores.ledger.claim(ledger, "b", after(60), after(120)) is None
    newer = transfer.ledger
    stores.ledger.open(newer, THREE)
    assert must_claim(stores, newer, "b") == ChunkLease(newer, 0, "b", 1, after(60))
    assert stores.ledger.progress(ledger) == Progress(3, 1, 0, 0, attempts=1)


def test_two_transfers_do_not_touch_each_other(stores: Stores) -> None:
    first, second = (a_moving_ledger(stores, THREE, name) for name in ("t-1", "t-11"))
    finish(stores, must_claim(stores, first, "a"))
    assert stores.ledger.progress(second) == Progress(3, 0, 0, 0, 0)
    assert must_claim(stores, second, "a").number == 0


def test_the_two_passes_of_a_ledger_do_not_touch_each_other(stores: Stores) -> None:
    move = a_moving_ledger(stores, THREE)
    proof = move.proof
    assert stores.ledger.progress(proof) == NEVER_OPENED
    stores.ledger.open(proof, THREE)
    moved, proven = (must_claim(stores, ledger, "a") for ledger in (move, proof))
    assert (moved.ledger, proven.ledger) == (move, proof)
    finish(stores, moved)
    assert list(stores.ledger.open_leases(proof)) == [proven]
    assert stores.ledger.progress(proof) == Progress(3, 1, 0, 0, attempts=1)
    finish(stores, proven, 10, 2)
    [done] = stores.ledger.done_chunks(move)
    assert stores.ledger.reopen(move, done)
    assert stores.ledger.done_chunk(move, 0) is None
    assert stores.ledger.done_chunk(proof, 0) == DoneChunk(0, 1, a_mark(10, 2), PART)


def test_done_chunks_come_in_order_of_number_beyond_nine(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ChunkPlan(12, 1))
    leases = [must_claim(stores, ledger, "a") for _ in range(12)]
    for lease in reversed(leases):
        finish(stores, lease, 1)
    assert [chunk.number for chunk in stores.ledger.done_chunks(ledger)] == list(range(12))


def test_the_highest_done_chunk_is_that_of_the_highest_number(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ChunkPlan(12, 1))
    assert stores.ledger.reached(ledger)[1] is None
    leases = [must_claim(stores, ledger, "a") for _ in range(12)]
    for number, highest in ((9, 9), (2, 9), (10, 10), (0, 10)):
        finish(stores, leases[number], 1, number)
        assert stores.ledger.reached(ledger)[1] == DoneChunk(highest, 1, a_mark(1, highest), PART)


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


def test_pages_of_files_may_have_any_length_and_are_counted(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ChunkPlan(25, 10, pages=2))
    good = FileOutcome(FileResult.DONE, 7, 1)
    outcomes = {0: good, 1: FileOutcome.refused("target_exists", "It is."), 2: SAME}
    mark = Mark(10, 5, files=text_of(outcomes), proven="size")
    stores.ledger.finish(must_claim(stores, ledger, "a"), mark, PART)
    assert stores.ledger.progress(ledger).files == FileCounts(done=1, failed=1, skipped=1)
    assert stores.ledger.progress(ledger).bytes_done == 10
    done = stores.ledger.done_chunk(ledger, 0)
    assert done is not None
    assert done.mark == mark
    left = Mark(10, files=text_of({0: good, 2: SAME}))
    assert stores.ledger.reopen(ledger, done, left)
    assert not stores.ledger.reopen(ledger, done, left)
    assert stores.ledger.progress(ledger).files == NO_FILES
    assert stores.ledger.progress(ledger).bytes_done == 0
    again = must_claim(stores, ledger, "b")
    assert (again.number, again.attempt, again.doubts, again.mark) == (0, 2, 1, left)
    whole = Mark(17, files=text_of({**outcomes, 1: good}))
    stores.ledger.finish(again, whole, PART)
    stores.ledger.finish(again, whole, PART)  # the answer was lost
    assert stores.ledger.progress(ledger).files == FileCounts(done=2, skipped=1)
    assert stores.ledger.progress(ledger).bytes_done == 17
