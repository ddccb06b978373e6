"""LaneRegister lets at most one worker drive a lane's current turn."""

from dataclasses import replace

import pytest

from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Lane
from services.transfer.domain.leases import CLOCKS_DIFFER, LONGEST_LEASE
from services.transfer.domain.ledger import LedgerId
from tests.conformance.records import NOON, a_lane, after
from tests.conformance.stores import Stores

LEDGER = LedgerId("t-1", 1)
HOUR = 3_600.0
BELIEVED = (LONGEST_LEASE + CLOCKS_DIFFER).total_seconds()  # of a turn that is seen at noon


def queued(stores: Stores, number: int = 0, turn: int = 1, **changes: object) -> None:
    assert stores.lanes.queue(a_lane(number, turn, **changes))


def taken(stores: Stores, worker: str = "a", turn: int = 1, at: float = 0) -> Lane:
    lane = stores.lanes.take(LEDGER, 0, turn, worker, after(at), after(at + 60))
    assert lane is not None
    return lane


def test_a_queued_lane_waits_for_a_worker(stores: Stores) -> None:
    queued(stores, failures=3, untaken=2)
    waiting = Lane("t-1", 1, 0, 1, None, after(30), failures=3, untaken=2)
    assert stores.lanes.lanes(LEDGER) == [waiting]
    assert stores.lanes.lanes(LEDGER.proof) == [waiting]


def test_a_queued_lane_has_neither_worker_nor_bytes_whatever_its_last_turn_had(
    stores: Stores,
) -> None:
    queued(stores, worker="a", bytes_in_flight=1_000, ended=True)
    assert stores.lanes.lanes(LEDGER) == [a_lane()]
    assert taken(stores).worker == "a"


def test_lanes_are_listed_by_number_and_by_generation(stores: Stores) -> None:
    for number in (10, 2, 0):
        queued(stores, number)
    assert stores.lanes.queue(a_lane(generation=2))
    assert [lane.number for lane in stores.lanes.lanes(LEDGER)] == [0, 2, 10]
    assert stores.lanes.lanes(LedgerId("t-2", 1)) == []


def test_a_second_sender_of_the_same_turn_gives_way(stores: Stores) -> None:
    queued(stores, turn=2)
    lane = taken(stores, turn=2)
    assert not stores.lanes.queue(a_lane(turn=2, failures=5))
    assert not stores.lanes.queue(a_lane(turn=1, failures=5))
    assert stores.lanes.lanes(LEDGER) == [lane]


def test_the_next_turn_replaces_its_predecessor_whoever_drives_it(stores: Stores) -> None:
    queued(stores)
    lane = stores.lanes.beat(taken(stores), after(90), 1_000)
    queued(stores, turn=2, until=after(99), failures=1)
    assert stores.lanes.lanes(LEDGER) == [Lane("t-1", 1, 0, 2, None, after(99), failures=1)]
    with pytest.raises(LeaseLost):
        stores.lanes.beat(lane, after(200), 0)
    stores.lanes.end(lane)
    assert not stores.lanes.lanes(LEDGER)[0].ended


def test_only_one_live_worker_gets_a_turn(stores: Stores) -> None:
    queued(stores, failures=2, untaken=3)
    lane = taken(stores, "a")
    assert lane == Lane("t-1", 1, 0, 1, "a", after(60), failures=2)
    for worker in ("a", "b"):  # the same message delivered twice, to the same or another worker
        assert stores.lanes.take(LEDGER, 0, 1, worker, after(59), after(200)) is None
    assert stores.lanes.lanes(LEDGER) == [lane]


def test_a_waiting_lane_may_be_taken_before_and_after_it_is_due(stores: Stores) -> None:
    for number, at in ((0, 0), (1, 1_000)):
        queued(stores, number)
        assert stores.lanes.take(LEDGER, number, 1, "a", after(at), after(at + 60)) is not None


def test_an_expired_turn_is_taken_over_and_its_first_worker_is_out(stores: Stores) -> None:
    queued(stores)
    zombie = stores.lanes.beat(taken(stores, "a"), after(60), 1_000)
    heir = taken(stores, "b", at=60)
    assert (heir.worker, heir.bytes_in_flight) == ("b", 0)
    with pytest.raises(LeaseLost):
        stores.lanes.beat(zombie, after(200), 0)
    stores.lanes.end(zombie)
    assert stores.lanes.lanes(LEDGER) == [heir]


@pytest.mark.parametrize("deaths", [0, 1, 2])
def test_each_worker_that_died_over_a_turn_is_a_failure(stores: Stores, deaths: int) -> None:
    queued(stores, failures=3)
    for death in range(deaths):
        taken(stores, f"dead-{death}", at=100.0 * death)
    lane = taken(stores, "living", at=100.0 * deaths)
    assert lane.failures == 3 + deaths
    assert stores.lanes.lanes(LEDGER) == [lane]


def test_a_turn_is_free_when_its_lease_says_more_than_any_clock_may_differ(
    stores: Stores,
) -> None:
    queued(stores)
    lane = stores.lanes.beat(taken(stores, "ahead"), after(BELIEVED), 0)
    assert stores.lanes.take(LEDGER, 0, 1, "b", NOON, after(60)) is None
    stores.lanes.beat(lane, after(BELIEVED + 0.000001), 0)
    assert taken(stores, "b").until == after(60)


def test_a_clock_that_is_an_hour_ahead_holds_no_lane_for_an_hour(stores: Stores) -> None:
    queued(stores)
    ahead = taken(stores, "ahead", at=HOUR)
    heir = taken(stores, "b")
    with pytest.raises(LeaseLost):
        stores.lanes.beat(ahead, after(HOUR + 60), 0)
    assert stores.lanes.lanes(LEDGER) == [heir]


@pytest.mark.parametrize("turn", [1, 3])
def test_a_message_of_another_turn_gets_nothing(stores: Stores, turn: int) -> None:
    queued(stores, turn=2)
    assert stores.lanes.take(LEDGER, 0, turn, "a", NOON, after(60)) is None
    assert stores.lanes.take(LEDGER, 7, turn, "a", NOON, after(60)) is None


def test_a_beat_stores_what_it_returns(stores: Stores) -> None:
    queued(stores, failures=3)
    beaten = stores.lanes.beat(replace(taken(stores), failures=0), after(90), 1_234)
    assert beaten == Lane("t-1", 1, 0, 1, "a", after(90), failures=0, bytes_in_flight=1_234)
    assert stores.lanes.lanes(LEDGER) == [beaten]


def test_a_lane_leaves_until_its_turn_is_taken_anew(stores: Stores) -> None:
    queued(stores)
    leaving = stores.lanes.beat(replace(taken(stores), leaving=True), after(60), 0)
    assert leaving.leaving
    assert stores.lanes.lanes(LEDGER) == [leaving]
    assert not taken(stores, "b", at=60).leaving  # its worker died
    assert [each.leaving for each in stores.lanes.lanes(LEDGER)] == [False]
    stores.lanes.beat(replace(taken(stores, "c", at=120), leaving=True), after(180), 0)
    queued(stores, turn=2, leaving=True)
    assert [each.leaving for each in stores.lanes.lanes(LEDGER)] == [False]


def test_nobody_beats_a_lane_without_a_worker(stores: Stores) -> None:
    queued(stores)
    [waiting] = stores.lanes.lanes(LEDGER)
    with pytest.raises(LeaseLost):
        stores.lanes.beat(waiting, after(90), 0)


def test_an_ended_lane_is_taken_again_only_for_a_new_turn(stores: Stores) -> None:
    queued(stores)
    lane = stores.lanes.beat(taken(stores), after(60), 5)
    for _ in range(2):
        stores.lanes.end(lane)
        ended = replace(lane, worker=None, bytes_in_flight=0, ended=True)
        assert stores.lanes.lanes(LEDGER) == [ended]
    with pytest.raises(LeaseLost):
        stores.lanes.beat(lane, after(90), 0)
    assert stores.lanes.take(LEDGER, 0, 1, "b", after(500), after(600)) is None
    queued(stores, turn=2)
    assert not taken(stores, turn=2).ended


def test_a_waiting_lane_can_be_ended_by_who_sees_it_waiting(stores: Stores) -> None:
    queued(stores)
    [waiting] = stores.lanes.lanes(LEDGER)
    lane = taken(stores)
    stores.lanes.end(waiting)
    assert stores.lanes.lanes(LEDGER) == [lane]
    queued(stores, turn=2)
    stores.lanes.end(stores.lanes.lanes(LEDGER)[0])
    assert stores.lanes.lanes(LEDGER)[0].ended


def test_ending_a_lane_that_was_never_queued_creates_none(stores: Stores) -> None:
    stores.lanes.end(Lane("t-1", 1, 0, 1, "a", NOON))
    assert stores.lanes.lanes(LEDGER) == []
