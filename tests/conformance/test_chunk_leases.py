"""ChunkLedger. Leases end, are taken over or given back, and the next lease goes on from them."""

from dataclasses import replace

import pytest

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.leases import CLOCKS_DIFFER, LONGEST_LEASE
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, DoneChunk, Progress
from services.transfer.domain.status import Status
from tests.conformance.hooked_table import must_claim
from tests.conformance.records import (
    LARGEST_CRC,
    NOON,
    PART,
    a_mark,
    a_moving_ledger,
    after,
    finish,
    set_status,
)
from tests.conformance.stores import Stores

ONE = ChunkPlan(10, 10)
THREE = ChunkPlan(size_bytes=25, chunk_bytes=10)
HOUR = 3_600.0
BELIEVED = (LONGEST_LEASE + CLOCKS_DIFFER).total_seconds()  # of a lease that is seen at noon


def test_an_expired_chunk_is_taken_over_before_new_ones_under_the_next_attempt(
    stores: Stores,
) -> None:
    ledger = a_moving_ledger(stores, THREE)
    must_claim(stores, ledger, "a")
    assert must_claim(stores, ledger, "b", at=59.999999).number == 1
    taken = must_claim(stores, ledger, "c", at=60)
    assert taken == ChunkLease(ledger, 0, "c", 2, after(120))
    assert stores.ledger.progress(ledger).attempts == 3


def test_a_chunk_is_free_when_its_lease_says_more_than_any_clock_may_differ(
    stores: Stores,
) -> None:
    ledger = a_moving_ledger(stores, ONE)
    ahead = stores.ledger.renew(must_claim(stores, ledger, "ahead"), after(BELIEVED))
    assert stores.ledger.claim(ledger, "b", NOON, after(60)) is None
    stores.ledger.renew(ahead, after(BELIEVED + 0.000001))
    assert must_claim(stores, ledger, "b") == ChunkLease(ledger, 0, "b", 2, after(60))


def test_a_lane_near_the_end_of_its_lease_takes_no_chunk_of_one_that_has_just_renewed(
    stores: Stores,
) -> None:
    """Each claims for as long as it has its own lane."""
    ledger = a_moving_ledger(stores, THREE)
    held = stores.ledger.renew(must_claim(stores, ledger, "b"), after(180))
    claimed = stores.ledger.claim(ledger, "a", NOON, after(1))
    assert claimed == ChunkLease(ledger, 1, "a", 1, after(1))
    assert held in stores.ledger.open_leases(ledger)


def test_a_clock_that_is_an_hour_ahead_holds_no_chunk_for_an_hour(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ONE)
    ahead = must_claim(stores, ledger, "ahead", at=HOUR)
    heir = must_claim(stores, ledger, "b")
    assert (heir.attempt, heir.until) == (2, after(60))
    with pytest.raises(LeaseLost):
        stores.ledger.renew(ahead, after(HOUR + 60))
    with pytest.raises(LeaseLost):
        finish(stores, ahead)
    finish(stores, heir)


def test_a_worker_whose_chunk_was_taken_over_can_do_nothing_with_it(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    zombie = must_claim(stores, ledger, "a")
    heir = must_claim(stores, ledger, "b", at=60)
    with pytest.raises(LeaseLost):
        stores.ledger.renew(zombie, after(500))
    with pytest.raises(LeaseLost):
        stores.ledger.checkpoint(zombie, a_mark(3))
    with pytest.raises(LeaseLost):
        finish(stores, zombie)
    stores.ledger.release(replace(zombie, mark=a_mark(3), doubts=3))
    assert list(stores.ledger.open_leases(ledger)) == [heir]
    finish(stores, heir, crc64=2)
    with pytest.raises(LeaseLost):
        finish(stores, zombie)
    assert list(stores.ledger.done_chunks(ledger)) == [DoneChunk(0, 2, a_mark(10, 2), PART)]
    assert stores.ledger.progress(ledger) == Progress(3, 1, 1, 10, attempts=2)


def test_the_same_worker_taking_its_chunk_over_makes_its_first_lease_void(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    first = must_claim(stores, ledger, "a")
    second = must_claim(stores, ledger, "a", at=60)
    assert (second.number, second.attempt) == (0, 2)
    with pytest.raises(LeaseLost):
        finish(stores, first)
    finish(stores, second)


def test_a_renewed_chunk_is_not_taken_over(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ONE)
    renewed = stores.ledger.renew(must_claim(stores, ledger, "a"), after(120))
    assert renewed.until == after(120)
    assert stores.ledger.claim(ledger, "b", after(119), after(179)) is None
    assert list(stores.ledger.open_leases(ledger)) == [renewed]


def test_a_checkpoint_is_stored_while_the_lease_goes_on(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = must_claim(stores, ledger, "a")
    marked = stores.ledger.checkpoint(lease, a_mark(4, LARGEST_CRC))
    assert marked == replace(lease, mark=a_mark(4, LARGEST_CRC))
    assert list(stores.ledger.open_leases(ledger)) == [marked]
    renewed = stores.ledger.renew(marked, after(90))
    again = stores.ledger.checkpoint(renewed, a_mark(7, 7))
    assert list(stores.ledger.open_leases(ledger)) == [again]
    heir = must_claim(stores, ledger, "b", at=90)
    assert heir == ChunkLease(ledger, 0, "b", 2, after(150), mark=a_mark(7, 7))


def test_a_released_chunk_goes_on_at_once_with_all_that_its_lease_knew(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    known = {"mark": a_mark(3, 33), "ahead": a_mark(7, LARGEST_CRC), "doubts": 2}
    lease = replace(must_claim(stores, ledger, "a"), **known)  # type: ignore[arg-type]
    stores.ledger.release(lease)
    [free] = stores.ledger.open_leases(ledger)
    assert free == replace(lease, worker="", until=free.until)
    assert free.until <= NOON
    taken = must_claim(stores, ledger, "b")
    assert taken == replace(lease, worker="b", attempt=2)
    crashed = must_claim(stores, ledger, "c", at=60)  # nor does a crash lose it
    assert crashed == replace(taken, worker="c", attempt=3, until=after(120))


def test_what_was_ahead_is_forgotten_at_the_next_checkpoint_or_release(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ONE)
    stores.ledger.release(replace(must_claim(stores, ledger, "a"), ahead=a_mark(7)))
    second = must_claim(stores, ledger, "b")
    marked = stores.ledger.checkpoint(second, a_mark(5))
    assert marked == replace(second, mark=a_mark(5), ahead=None)
    assert list(stores.ledger.open_leases(ledger)) == [marked]
    stores.ledger.release(replace(marked, ahead=a_mark(8)))
    third = must_claim(stores, ledger, "c")
    assert third.ahead == a_mark(8)
    stores.ledger.release(replace(third, mark=NOTHING_DONE, ahead=None))
    fourth = must_claim(stores, ledger, "d")
    assert (fourth.mark, fourth.ahead, fourth.attempt) == (NOTHING_DONE, None, 4)


def test_whoever_gave_a_chunk_back_has_no_right_left(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = must_claim(stores, ledger, "a")
    stores.ledger.release(replace(lease, mark=a_mark(7)))
    stores.ledger.release(replace(lease, mark=a_mark(8)))
    [free] = stores.ledger.open_leases(ledger)
    assert free.mark == a_mark(7)
    for void in (lease, free):
        with pytest.raises(LeaseLost):
            stores.ledger.renew(void, after(500))
        with pytest.raises(LeaseLost):
            stores.ledger.checkpoint(void, a_mark(9))
        with pytest.raises(LeaseLost):
            finish(stores, void)
    assert list(stores.ledger.open_leases(ledger)) == [free]
    assert stores.ledger.progress(ledger).chunks_done == 0


def test_a_done_chunk_found_damaged_is_free_again_from_its_beginning(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    for length in (10, 10, 5):
        finish(stores, must_claim(stores, ledger, "a"), length)
    [_, _, last] = stores.ledger.done_chunks(ledger)
    for doubts in (1, 2):
        assert stores.ledger.reopen(ledger, last)
        assert stores.ledger.done_chunk(ledger, 2) is None
        assert stores.ledger.progress(ledger) == Progress(3, 3, 2, 20, attempts=2 + doubts)
        lease = must_claim(stores, ledger, "b")
        assert lease == ChunkLease(ledger, 2, "b", doubts + 1, after(60), doubts=doubts)
        finish(stores, lease, 5, doubts)
        last = DoneChunk(2, doubts + 1, a_mark(5, doubts), PART, doubts)
        assert stores.ledger.done_chunk(ledger, 2) == last
        assert stores.ledger.progress(ledger) == Progress(3, 3, 3, 25, attempts=3 + doubts)


def test_a_chunk_is_reopened_once_and_only_as_it_was_seen(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lease = must_claim(stores, ledger, "a")
    finish(stores, lease)
    [seen] = stores.ledger.done_chunks(ledger)
    assert not stores.ledger.reopen(ledger, replace(seen, attempt=2))
    assert not stores.ledger.reopen(ledger, replace(seen, number=1))
    assert stores.ledger.reopen(ledger, seen)
    opened = list(stores.ledger.open_leases(ledger))
    assert not stores.ledger.reopen(ledger, seen)
    with pytest.raises(LeaseLost):
        finish(stores, lease)  # late, and no longer the truth
    assert list(stores.ledger.open_leases(ledger)) == opened
    finish(stores, must_claim(stores, ledger, "b"), crc64=2)
    assert not stores.ledger.reopen(ledger, seen)  # found damaged before it was moved again
    assert stores.ledger.progress(ledger) == Progress(3, 1, 1, 10, attempts=2)


def test_a_chunk_reopened_after_its_time_is_not_given_to_anybody(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, ONE)
    finish(stores, must_claim(stores, ledger, "a"))
    [seen] = stores.ledger.done_chunks(ledger)
    set_status(stores, "t-1", Status.VERIFYING)
    assert stores.ledger.reopen(ledger, seen)
    assert stores.ledger.claim(ledger, "b", NOON, after(60)) is None
    assert not stores.ledger.progress(ledger).complete
