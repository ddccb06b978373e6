"""Lanes of the whole service follow their destination's target, and give way to others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.lane_target import Decision, first_target
from services.transfer.domain.lane_window import STALE_SECONDS
from services.transfer.domain.progress_sample import ProgressSample
from services.transfer.domain.rate import Rate
from services.transfer.domain.server_profile import SessionsFound
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_limits import lanes_to_send
from services.transfer.domain_services.steer_lanes import LaneSteering
from services.transfer.handlers.api_sessions import sessions_view
from services.transfer.use_cases.show_sessions import show_sessions
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.storm.world import CHUNK_BYTES, StormWorld, Wish, small_blocks
from tests.unit.transfer.driving import content
from tests.unit.transfer.test_busy_destination import finish_all, requested

SECONDS_PER_WRITE = 4.0
CHUNKS = 20  # of three writes, so one transfer takes four minutes alone
LARGE = content(CHUNKS * CHUNK_BYTES)
ROUNDS = 10


def a_world(lanes: int = 3, sessions: int = 4) -> StormWorld:
    world = StormWorld(about=Wish(lanes=lanes))
    world.starts.clear()
    world.transfers.rows.clear()  # of the one that each storm begins with
    world.register("one", max_sessions=sessions)
    world.buckets.put("outgoing", "reports/day.csv", LARGE)
    world.calls.cost = {"sink.write": SECONDS_PER_WRITE}
    return world


def set_target(world: StormWorld, lanes: int) -> None:
    """As a decision of somebody else."""
    known = world.targets.read("one")
    place = world.ports.destinations.read("one").place
    target = known or first_target("one", place, 9, 1.0, world.clock)
    told = Decision(world.clock, target.lanes, lanes, 0.0, 1.0, "Somebody said so.")
    assert world.targets.save(replace(target, lanes=lanes, why=told.why), told)


def at_work(world: StormWorld, transfer: Transfer | None = None) -> int:
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    seen = world.slots.look("one", world.clock, until)
    mine = "" if transfer is None else transfer.id
    return sum(each.long and each.holder.startswith(mine) for each in seen.held)


def go_on_until_at_work(world: StormWorld, lanes: int, transfer: Transfer | None = None) -> None:
    for _ in range(200):
        if at_work(world, transfer) == lanes:
            return
        world.go_on_together(1, 2)
    raise AssertionError(f"{at_work(world, transfer)} lanes at work, not {lanes}")


def test_a_lane_above_the_target_gives_way_in_the_middle_of_its_chunk_and_nothing_is_lost() -> None:
    with small_blocks():
        world = a_world()
        transfer = requested(world, 0)
        go_on_until_at_work(world, 3)
        set_target(world, 1)
        go_on_until_at_work(world, 1)
        assert world.read(transfer).failure is None  # it moves, so it does not wait
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED
    assert bytes(world.partner.files["/in/0.csv"]) == LARGE


def test_a_raised_target_sends_the_next_lane_out() -> None:
    with small_blocks():
        world = a_world()
        set_target(world, 1)
        transfer = requested(world, 0)
        go_on_until_at_work(world, 1)
        world.go_on_together(ROUNDS, 5)
        assert at_work(world) == 1
        set_target(world, 3)
        go_on_until_at_work(world, 3)
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED


def test_lanes_that_are_not_wanted_have_neither_a_message_nor_a_place_in_the_line() -> None:
    with small_blocks():
        world = a_world()
        set_target(world, 1)
        transfer = requested(world, 0)
        go_on_until_at_work(world, 1)
        world.go_on_together(ROUNDS, 5)
        until = world.clock + timedelta(seconds=world.policy.lease_seconds)
        assert not world.slots.line("one", world.clock, until).waiters
        assert len(world.ports.lanes.lanes(world.read(transfer).ledger)) == 1


def test_a_second_transfer_gets_its_share_of_the_lanes() -> None:
    with small_blocks():
        world = a_world(lanes=4, sessions=5)
        large = requested(world, 0)
        set_target(world, 4)
        go_on_until_at_work(world, 4, large)
        second = requested(world, 1)
        go_on_until_at_work(world, 2, second)
        assert at_work(world, large) <= 2
        assert at_work(world) <= 4
        ended = finish_all(world, [large, second])
    assert len(ended) == 2
    for number in (0, 1):
        assert bytes(world.partner.files[f"/in/{number}.csv"]) == LARGE


@pytest.mark.parametrize("ends", ["delivered", "cancelled", "paused"])
def test_whoever_comes_after_a_transfer_does_not_share_with_it(ends: str) -> None:
    """Its last report is still fresh."""
    with small_blocks():
        world = a_world()
        first = requested(world, 0)
        go_on_until_at_work(world, 3)
        if ends == "delivered":
            finish_all(world, [first])
        else:
            {"cancelled": cancel_transfer, "paused": pause_transfer}[ends](
                first.id, ANN, ports=world.ports
            )
            go_on_until_at_work(world, 0)
        set_target(world, 3)
        ended_at = world.clock
        second = requested(world, 1)
        go_on_until_at_work(world, 1, second)
        while lanes_to_send(world.read(second), ports=world.ports) < 3:
            world.go_on_together(1, 2)
            assert (world.clock - ended_at).total_seconds() < STALE_SECONDS
        go_on_until_at_work(world, 3, second)


def test_two_large_transfers_take_turns_with_the_only_lane() -> None:
    with small_blocks():
        world = a_world(sessions=1)
        first, second = requested(world, 0), requested(world, 1)
        go_on_until_at_work(world, 1, first)
        go_on_until_at_work(world, 1, second)
        world.go_on_together(2, 5)
        assert world.read(first).status is Status.MOVING
        assert world.read(first).failure is not None  # it waits, and says so
        finish_all(world, [first, second])
    assert world.partner.most_sessions == 1
    for number in (0, 1):
        assert bytes(world.partner.files[f"/in/{number}.csv"]) == LARGE


def test_fewer_sessions_of_the_destination_are_obeyed_while_lanes_run() -> None:
    with small_blocks():
        world = a_world()
        transfer = requested(world, 0)
        go_on_until_at_work(world, 3)
        known = world.ports.destinations.read("one")
        world.ports.destinations.save(replace(known, max_sessions=2))
        go_on_until_at_work(world, 1)
        view = sessions_view(show_sessions("one", ANN, ports=world.ports))
        assert view.lanes is not None
        assert (view.lanes.target, view.lanes.most) == (1, 1)
        assert "1 lane at the most" in view.lanes.why
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED


@pytest.mark.parametrize("decider", range(3))
def test_one_lane_fewer_is_one_lane_whichever_of_them_decides(decider: int) -> None:
    """All look at the line while the lane that goes has not closed its session yet."""
    with small_blocks():
        world = a_world()
        transfer = requested(world, 0)
        go_on_until_at_work(world, 3)
        known = world.ports.destinations.read("one")
        world.ports.destinations.save(replace(known, max_sessions=3))
        transfer, later = world.read(transfer), world.clock + timedelta(seconds=6)
        for lane in world.ports.lanes.lanes(transfer.ledger):
            logged_in = replace(lane, session_since=world.clock)
            world.ports.lanes.beat(logged_in, lane.until, 0)
        lanes = world.ports.lanes.lanes(transfer.ledger)
        progress = world.ports.ledger.progress(transfer.ledger)
        shown = ProgressSample(Rate(later, 0), progress, "", lanes)
        steering = [LaneSteering(world.clock, world.ports) for _ in lanes]
        steering[decider].beat(lanes[decider], transfer, shown, later)
        decided = world.targets.read("one")
        assert decided is not None
        assert decided.lanes == 2
        assert decided.window.left_bytes() == len(LARGE)  # or whoever is content never looks again
        for lane, each in zip(lanes, steering, strict=True):
            each.beat(lane, transfer, None, later + timedelta(seconds=6))
        assert sum(each.gives_way for each in steering) == 1


@pytest.mark.parametrize(
    ("seconds_left", "own_share", "sent_out"), [(4.5, 1.0, 2), (3.5, 1.0, 0), (3.5, 0.5, 2)]
)
def test_no_lane_is_sent_out_that_would_find_nothing_left(
    seconds_left: float, own_share: float, sent_out: int
) -> None:
    """It would be on its way when all is moved, so nobody else could deliver."""
    with small_blocks():
        world = a_world()
        transfer = requested(world, 0)
        go_on_until_at_work(world, 3)
        transfer, later = world.read(transfer), world.clock + timedelta(seconds=6)
        first, *others = world.ports.lanes.lanes(transfer.ledger)
        for lane in others:
            world.ports.lanes.end(lane)
        set_target(world, 3)
        known = world.targets.read("one")
        assert known is not None
        rate = len(LARGE) / 240
        told = Decision(world.clock, 3, 3, rate, 1.0, "Somebody said so.")
        assert world.targets.save(replace(known, bytes_per_second=rate), told)
        done = len(LARGE) - round(seconds_left * rate)
        progress = world.ports.ledger.progress(transfer.ledger)
        shown = ProgressSample(Rate(later, done, own_share * rate), progress, "", [first])
        LaneSteering(world.clock, world.ports).beat(first, transfer, shown, later)
        lanes = world.ports.lanes.lanes(transfer.ledger)
        assert sum(not each.ended for each in lanes) == 1 + sent_out


@pytest.mark.parametrize(
    ("taken", "workers", "who"),
    [(2, 4, "the server takes"), (4, 4, "max_sessions allows"), (4, 2, "the number of workers")],
)
def test_whoever_allows_no_more_lanes_is_told(taken: int, workers: int, who: str) -> None:
    world = a_world()
    set_target(world, 9)
    known = world.ports.destinations.read("one")
    assert known.profile is not None
    found = SessionsFound(taken, world.clock, refused="no more" if taken < 4 else None)
    profile = replace(known.profile, sessions=found)
    world.ports.destinations.save(replace(known, profile=profile))
    ports = replace(world.ports, policy=replace(world.policy, lanes_per_destination=workers))
    told = show_sessions("one", ANN, ports=ports).lanes.known.why
    assert who in told
    assert "at the most" in told


def giving_way(world: StormWorld) -> Transfer:
    """Two of its three lanes are about to give way."""
    transfer = requested(world, 0)
    go_on_until_at_work(world, 3)
    set_target(world, 1)
    world.pass_time(6)  # their beats find it out; the workers have not looked yet
    return transfer


def test_a_pause_in_the_middle_of_giving_way_and_a_resume_lose_no_lane() -> None:
    with small_blocks():
        world = a_world()
        transfer = giving_way(world)
        pause_transfer(transfer.id, ANN, ports=world.ports)
        go_on_until_at_work(world, 0)
        resume_transfer(transfer.id, ANN, ports=world.ports)
        go_on_until_at_work(world, 1)
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED
    assert bytes(world.partner.files["/in/0.csv"]) == LARGE


def test_a_cancel_in_the_middle_of_giving_way_ends_all_lanes() -> None:
    with small_blocks():
        world = a_world()
        transfer = giving_way(world)
        cancel_transfer(transfer.id, ANN, ports=world.ports)
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.CANCELLED
    assert at_work(world) == 0
    assert world.parts() == []


def test_lanes_that_all_give_way_at_once_leave_one_behind() -> None:
    """Each saw the others at work. The last to look finds none, and sends one out."""
    with small_blocks():
        world = a_world()
        transfer = giving_way(world)
        for _ in range(ROUNDS):
            for actor in world.stage.awake():
                actor.advance(1)
        go_on_until_at_work(world, 1)
        finish_all(world, [transfer])
    assert world.read(transfer).status is Status.COMPLETED
