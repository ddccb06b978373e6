"""The first lane creates the part file, and a transfer's only lane also gives it its name. Whatever
befalls it at whichever call: the file arrives once and whole, and nothing is left behind."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from posixpath import dirname
from typing import Any

import pytest

from services.transfer.domain.errors import WrongState
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_pulse import BEAT_SECONDS
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    content,
    fail_code,
    turn_of,
)
from tests.unit.transfer.every_call import befallen_turns, first_turn, frozen_turns, killed_turns
from tests.unit.transfer.steps import step, sweep

pytestmark = pytest.mark.slow  # a turn for each call of a transfer

ONE_LANE = content(70_000)
BODIES = pytest.mark.parametrize("body", [b"", ONE_LANE, BODY], ids=["empty", "one", "several"])
MOVING_STEP = {False: "MoveDirect", True: "MoveChunks"}


def assert_whole(world: World, transfer: Transfer, body: bytes) -> None:
    assert_completed(world, transfer, body)
    assert set(world.partner.files) == {TARGET}
    assert world.read(transfer).tidy


@BODIES
@pytest.mark.parametrize("delivered_again", [False, True])
def test_wherever_its_worker_dies_the_file_arrives_once_and_whole(
    body: bytes, delivered_again: bool
) -> None:
    for world, transfer in killed_turns(first_turn(body), delivered_again=delivered_again):
        world.run()
        sweep(world, transfer)
        assert_whole(world, transfer, body)


@pytest.mark.parametrize("verify", [Verify.SIZE, Verify.READBACK])
def test_wherever_its_worker_dies_each_way_to_verify_comes_to_its_end(verify: Verify) -> None:
    scene = first_turn(ONE_LANE, verify=verify)
    for world, transfer in killed_turns(scene, delivered_again=False):
        sweep(world, transfer)
        assert_whole(world, transfer, ONE_LANE)


@BODIES
def test_wherever_its_worker_falls_asleep_the_file_arrives_once_and_whole(body: bytes) -> None:
    """It wakes up when its leases are over and others have taken its place."""
    for world, transfer, asleep in frozen_turns(first_turn(body)):
        world.calls.overdue_beats_first = False
        sweep_transfer(transfer.id, ports=world.ports)
        world.run()
        asleep.frozen = False
        asleep.finish()
        sweep(world, transfer)
        assert_whole(world, transfer, body)


@BODIES
def test_wherever_a_pause_meets_it_the_transfer_goes_on_when_it_is_resumed(body: bytes) -> None:
    def pause(world: World, transfer: Transfer) -> None:
        with suppress(WrongState):
            pause_transfer(transfer.id, ANN, ports=world.ports)

    for world, transfer in befallen_turns(first_turn(body), pause):
        world.run()
        if world.read(transfer).status is Status.PAUSED:
            resume_transfer(transfer.id, ANN, ports=world.ports)
            world.run()
        sweep(world, transfer, 1)
        assert_whole(world, transfer, body)
        told = world.published(transfer)
        assert told.count("TransferPaused.v1") == told.count("TransferResumed.v1")


@BODIES
def test_wherever_a_cancel_meets_it_nothing_is_left_or_the_file_is_whole(body: bytes) -> None:
    def cancel(world: World, transfer: Transfer) -> None:
        with suppress(WrongState):
            cancel_transfer(transfer.id, ANN, ports=world.ports)

    ends = set()
    for world, transfer in befallen_turns(first_turn(body), cancel):
        world.run()
        sweep(world, transfer)
        ended = world.read(transfer)
        ends.add(ended.status)
        if ended.status is Status.CANCELLED:
            assert world.partner.files == {}
            assert ended.tidy
        else:
            assert_whole(world, transfer, body)
    assert ends == {Status.CANCELLED} | ({Status.COMPLETED} if body != BODY else set())


@BODIES
def test_wherever_the_start_is_repeated_the_file_arrives_once_and_whole(body: bytes) -> None:
    """Step Functions repeats it with another token, and then waits for that one only."""

    def repeat(world: World, transfer: Transfer) -> None:
        execution = world.workflow.executions[transfer.id, 1]
        execution.token = "second"
        step(world, transfer, MOVING_STEP[body == BODY], task_token="second")

    for world, transfer in befallen_turns(first_turn(body), repeat):
        world.run()
        sweep(world, transfer, 3)
        assert_whole(world, transfer, body)


def test_a_beat_before_the_file_exists_does_not_interrupt_the_first_chunk() -> None:
    """The transfer is only requested then."""
    world, transfer = first_turn(BODY)()
    world.calls.cost["partner.connect"] = 2 * BEAT_SECONDS
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.attempts == receipt.chunks


def test_a_lane_whose_time_ends_within_the_delivery_leaves_the_rest_to_the_next_one() -> None:
    world, transfer = first_turn(ONE_LANE)()
    world.calls.slow("partner.rename", 880)
    world.drive_lane(remaining=turn_of(world, 900))
    world.run()
    assert_whole(world, transfer, ONE_LANE)


def test_a_lane_that_finds_a_step_at_work_leaves_the_delivery_to_the_workflow() -> None:
    """A late function of VerifyTarget, for example. Two at once would disturb each other."""
    world, transfer = first_turn(ONE_LANE)()
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    step_of = f"transfer/{transfer.id}"
    assert world.ports.slots.take(step_of, 1, "late", world.clock, until)
    world.drive_lane()
    assert world.calls.counts["partner.rename"] == 0
    assert world.read(transfer).status is Status.MOVING
    world.pass_time(world.policy.lease_seconds + 1)
    world.run()
    assert "VerifyTarget" in world.workflow.entered
    assert_whole(world, transfer, ONE_LANE)


@pytest.mark.parametrize("by_lane", [True, False])
@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.KEEP_BOTH])
def test_a_name_that_is_taken_just_before_the_rename_stays_somebody_elses(
    if_exists: IfExists, by_lane: bool
) -> None:
    body = ONE_LANE if by_lane else BODY
    world, transfer = first_turn(body, if_exists=if_exists)()
    theirs = bytearray(b"theirs")
    world.calls.before("partner.rename", lambda: world.partner.files.setdefault(TARGET, theirs))
    world.run()
    files = {TARGET: theirs}
    if if_exists is IfExists.FAIL:
        assert fail_code(world.read(transfer)) == "target_exists"
    else:
        assert_completed(world, transfer, body, path="/in/day (1).csv")
        files["/in/day (1).csv"] = bytearray(body)
    assert world.partner.files == files


@BODIES
@pytest.mark.parametrize("changed", [{"base_path": "/elsewhere"}, {"host": "b.acme.example"}])
def test_a_destination_that_was_changed_before_the_file_exists_gets_it_where_it_leads_now(
    body: bytes, changed: dict[str, Any]
) -> None:
    world, transfer = first_turn(body)()
    world.partner.folders.add("/elsewhere")
    destination = world.ports.destinations.read("acme")
    moved = replace(destination, **changed)
    world.ports.destinations.save(moved)
    made: list[tuple[str, str]] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "partner.create_file":
            made.append((dirname(arguments[0]), world.read(transfer).known_part.place))

    world.calls.observers.append(observe)
    world.run()
    assert made == [(moved.base_path, moved.place)]
    target = f"{moved.base_path}/day.csv"
    assert_completed(world, transfer, body, path=target)
    assert set(world.partner.files) == {target}
