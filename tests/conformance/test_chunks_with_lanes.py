"""What a ledger changes together with the lane that did it, and shows together with all lanes."""

from dataclasses import replace

import pytest

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, LedgerId, Progress
from services.transfer.domain.rate import Rate
from tests.conformance.hooked_table import must_claim
from tests.conformance.records import NOON, PART, a_mark, a_moving_ledger, after
from tests.conformance.stores import Stores

LEASE = after(60)
THREE = ChunkPlan(size_bytes=25, chunk_bytes=10)


def a_lane(stores: Stores, ledger: LedgerId, number: int = 0, worker: str = "a") -> Lane:
    queued = Lane(ledger.transfer_id, ledger.generation, number, 1, None, NOON)
    assert stores.lanes.queue(queued)
    taken = stores.lanes.take(ledger, number, 1, worker, NOON, LEASE)
    assert taken is not None
    return stores.lanes.beat(replace(taken, failures=2), LEASE, 7)


def test_a_finish_stores_its_lane_and_claims_what_comes_next(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lane, first = a_lane(stores, ledger), must_claim(stores, ledger, "a")
    after_it = replace(lane, failures=0, bytes_in_flight=0)
    ahead = stores.ledger.finish(first, a_mark(10), PART, after_it, NOON)
    assert ahead == ChunkLease(ledger, 1, "a", 1, LEASE)
    assert stores.lanes.lanes(ledger) == [after_it]
    assert stores.ledger.progress(ledger) == Progress(3, 2, 1, 10, attempts=2)
    assert stores.ledger.open_leases(ledger) == [ahead]


def test_a_finish_claims_first_what_was_given_back(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lane, given = a_lane(stores, ledger), must_claim(stores, ledger, "b")
    mine = must_claim(stores, ledger, "a")
    stores.ledger.release(replace(given, mark=a_mark(3)))
    ahead = stores.ledger.finish(mine, a_mark(10), PART, lane, NOON)
    assert ahead == ChunkLease(ledger, 0, "a", 2, LEASE, a_mark(3))


def test_a_finish_that_comes_late_does_not_claim_its_own_chunk(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lane, late = a_lane(stores, ledger), must_claim(stores, ledger, "a")
    ahead = stores.ledger.finish(late, a_mark(10), PART, lane, after(61))
    assert ahead is not None
    assert (ahead.number, ahead.attempt) == (1, 1)
    assert stores.ledger.progress(ledger).chunks_done == 1


def test_a_finish_without_a_time_claims_nothing(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lane, first = a_lane(stores, ledger), must_claim(stores, ledger, "a")
    assert stores.ledger.finish(first, a_mark(10), PART, lane) is None
    assert stores.ledger.open_leases(ledger) == []


def test_the_last_finish_claims_nothing_and_counts(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lane = a_lane(stores, ledger)
    leases = [must_claim(stores, ledger, "a") for _ in range(3)]
    for lease, length in zip(leases, (10, 10, 5), strict=True):
        assert stores.ledger.finish(lease, a_mark(length), PART, lane, NOON) is None
    assert stores.ledger.progress(ledger).complete


def test_nobody_finishes_a_chunk_with_a_lane_that_is_lost(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lane, first = a_lane(stores, ledger), must_claim(stores, ledger, "a")
    stores.lanes.end(lane)
    with pytest.raises(LeaseLost):
        stores.ledger.finish(first, a_mark(10), PART, lane, NOON)
    assert stores.ledger.progress(ledger).chunks_done == 0
    assert stores.ledger.open_leases(ledger) == [first]


def test_a_sample_stores_the_lane_that_shows_it(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lane = replace(a_lane(stores, ledger), bytes_in_flight=9)
    assert stores.ledger.sample_rate(ledger, None, Rate(NOON, 9), lane)
    assert stores.lanes.lanes(ledger) == [lane]
    assert not stores.ledger.sample_rate(ledger, None, Rate(NOON, 9), replace(lane, failures=5))
    assert stores.lanes.lanes(ledger) == [lane]
    stores.lanes.end(lane)
    with pytest.raises(LeaseLost):
        stores.ledger.sample_rate(ledger, Rate(NOON, 9), Rate(after(1), 10), lane)
    assert stores.ledger.progress(ledger).rate == Rate(NOON, 9)


def test_all_that_is_at_work_is_shown_together(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    lanes = [a_lane(stores, ledger, number, "ab"[number]) for number in (0, 1)]
    leases = [must_claim(stores, ledger, worker) for worker in "ab"]
    seen = stores.ledger.at_work(ledger)
    assert seen is not None
    assert seen.progress == stores.ledger.progress(ledger)
    assert (list(seen.leases), list(seen.lanes)) == (leases, lanes)
    assert stores.ledger.at_work(LedgerId("t-9", 1)) is None


def test_how_far_the_file_reaches_is_told_by_done_and_by_open_chunks(stores: Stores) -> None:
    ledger = a_moving_ledger(stores, THREE)
    a_lane(stores, ledger)
    first, second = (must_claim(stores, ledger, "a") for _ in range(2))
    assert stores.ledger.reached(ledger) == ([first, second], None)
    stores.ledger.finish(second, a_mark(10), PART)
    leases, highest = stores.ledger.reached(ledger)
    assert (list(leases), highest and highest.number) == ([first], 1)
