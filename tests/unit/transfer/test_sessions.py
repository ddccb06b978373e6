"""A destination never has more sessions than agreed, and one is left for steps of workflows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.lane import Slot
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Wish, choose_strategy, lane_sessions
from services.transfer.domain.waiting import LongLimit
from services.transfer.domain_services.session_line import call_next
from services.transfer.handlers.workflow_step import SessionsBusy, StepBusy, run_step
from tests.conformance.records import a_destination
from tests.fakes.lives import Killed
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    fail_code,
    lane_zero,
    until_planned,
    until_state,
)
from tests.unit.transfer.waiting import free, waiting_to_commit


@pytest.mark.parametrize(("max_sessions", "lanes"), [(1, 1), (2, 1), (3, 2), (4, 3), (5, 4)])
def test_lanes_leave_one_session_where_there_are_several(max_sessions: int, lanes: int) -> None:
    destination = replace(a_destination(), max_sessions=max_sessions)
    assert lane_sessions(destination) == lanes
    assert choose_strategy(destination, Wish(lanes=4)).lanes == lanes


def test_a_destination_that_was_never_probed_gets_one_lane() -> None:
    assert choose_strategy(replace(a_destination(), profile=None), Wish(lanes=4)).lanes == 1


def test_a_server_without_writes_at_an_offset_gets_one_lane() -> None:
    profile = a_destination().profile
    assert profile is not None
    limited = replace(a_destination(), profile=replace(profile, write_at_offset=False))
    assert choose_strategy(limited, Wish(lanes=4)).lanes == 1


def hold_all_that_lanes_may(world: World) -> list[Slot]:
    """Lanes of a huge transfer."""
    destination = world.ports.destinations.read("acme")
    held: list[Slot] = []
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    limit = LongLimit(lane_sessions(destination), 1)
    while slot := world.ports.slots.take(
        "acme", limit, f"huge/1/lane-{len(held)}", world.clock, until
    ):
        held.append(slot)
    assert len(held) == destination.max_sessions - 1
    return held


def test_a_transfer_behind_the_lanes_of_a_huge_one_comes_next_and_says_what_it_waits_for() -> None:
    world = World()
    huge = hold_all_that_lanes_may(world)
    small = world.request(BODY, target_path="small.csv")
    until_planned(world)
    assert {message.transfer_id for message in world.queue.messages} == {small.id}
    world.drive_lane()
    assert world.buckets.bytes_read == 0  # its lane waits for a session
    assert not world.queue.messages
    assert lane_zero(world, small).parked
    assert fail_code(world.read(small)) == "no_session_free"
    world.ports.slots.free(huge[0])
    call_next("acme", ports=world.ports)
    world.run()
    assert_completed(world, small, BODY, "/in/small.csv")


def test_a_small_file_does_not_wait_for_the_lanes_of_a_huge_transfer() -> None:
    world = World()
    hold_all_that_lanes_may(world)
    small = world.request(b"small", target_path="small.csv")
    world.run()
    assert_completed(world, small, b"small", "/in/small.csv")


def test_the_lanes_of_a_huge_transfer_do_not_keep_another_from_ending() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    hold_all_that_lanes_may(world)
    world.run()
    assert_completed(world, transfer)


def test_a_start_without_a_session_waits_and_says_why() -> None:
    world = World()
    world.register("one", max_sessions=1)
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    rival = world.ports.slots.take("one", 1, "another transfer", world.clock, until)
    assert rival is not None
    transfer = world.request(BODY, destination_id="one")
    before = world.calls.counts["slots.take"]
    world.run()
    waiting = world.read(transfer)
    assert (waiting.status, fail_code(waiting)) == (Status.REQUESTED, "no_session_free")
    assert world.calls.counts["slots.take"] - before == 1
    assert lane_zero(world, transfer).parked
    world.ports.slots.free(rival)
    call_next("one", ports=world.ports)  # as whoever frees a session does
    told: list[str | None] = []
    world.calls.before("sink.write", lambda: told.append(fail_code(world.read(transfer))))
    world.run()
    assert told == [None]
    assert_completed(world, transfer)


def test_a_step_without_a_session_waits_and_says_why() -> None:
    world = World()
    transfer, slot = waiting_to_commit(world)
    assert fail_code(world.read(transfer)) == "no_session_free"
    free(world, slot)
    world.run()
    assert_completed(world, transfer)


def test_waiting_for_a_session_is_an_error_of_its_own_to_the_state_machine() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    for number in range(4):
        world.ports.slots.take("acme", 4, f"another-{number}", world.clock, until)
    event = {"step": "VerifyTarget", "transfer_id": transfer.id, "run": 1}
    with pytest.raises(SessionsBusy, match="no_session_free"):
        run_step(event, world.ports)


def test_two_starts_of_a_step_do_not_work_at_the_partner_at_once() -> None:
    """Step Functions repeats a step whose first function still lives."""
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    event = {"step": "CommitTarget", "transfer_id": transfer.id, "run": 1}

    def come_again() -> None:
        with pytest.raises(StepBusy, match="step_under_way"):
            run_step(event, world.ports)

    met = world.calls.before("partner.rename", come_again)
    world.run()
    assert met()
    assert world.calls.counts["partner.rename"] == 1
    assert_completed(world, transfer)


def test_a_step_that_died_keeps_the_next_one_waiting_for_one_lease_only() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    event = {"step": "CommitTarget", "transfer_id": transfer.id, "run": 1}
    world.calls.kill("partner.rename")
    with pytest.raises(Killed), world.calls.worker():
        run_step(event, world.ports)
    with pytest.raises(StepBusy, match="step_under_way"):
        run_step(event, world.ports)
    world.pass_time(world.policy.lease_seconds)
    world.run()
    assert_completed(world, transfer)
