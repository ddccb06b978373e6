"""The last lane at work delivers the file of a transfer that was planned with several lanes."""

from contextlib import suppress
from dataclasses import replace

import pytest

from services.transfer.domain.errors import StepUnderWay
from services.transfer.domain.lane import Lane, LaneMessage
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.settle_transfer import settle_transfer
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.actors import Actor, Stage
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, until_moving


def one_lane_of_several(verify: Verify = Verify.CHECKSUM) -> tuple[World, Transfer]:
    """Three were planned, and only the first one was sent out."""
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    for number in (1, 2):
        [lane] = [each for each in lanes_of(world, transfer) if each.number == number]
        world.ports.lanes.end(lane)
        world.queue.messages.remove(lane.message)
    assert world.read(transfer).lanes == 3
    return world, transfer


def lanes_of(world: World, transfer: Transfer) -> list[Lane]:
    return list(world.ports.lanes.lanes(world.read(transfer).ledger))


def send(world: World, transfer: Transfer, number: int) -> LaneMessage:
    """Sends a lane out once more, as a resume or a higher target does."""
    [lane] = [each for each in lanes_of(world, transfer) if each.number == number]
    again = replace(lane, turn=lane.turn + 1, ended=False)
    assert world.ports.lanes.queue(again)
    return again.message


def two_lanes(world: World, transfer: Transfer) -> tuple[Actor, Actor]:
    """Both have a session and a chunk."""
    stage, message = Stage(), send(world, transfer, 1)
    first = stage.start("first", world.drive_lane)
    assert first.advance_to("sink.write")
    second = stage.start("second", lambda: world.drive_lane(message))
    assert second.advance_to("sink.write")
    return first, second


@pytest.mark.parametrize("verify", [Verify.CHECKSUM, Verify.SIZE])
def test_a_lane_that_moved_all_delivers_in_its_own_session(verify: Verify) -> None:
    world, transfer = one_lane_of_several(verify)
    world.partner.calls.clear()
    world.run()
    assert_completed(world, transfer)
    assert "VerifyTarget" not in world.workflow.entered
    assert world.partner.calls["connect"] == 1


def test_the_second_of_two_lanes_delivers_when_the_first_has_closed() -> None:
    world, transfer = one_lane_of_several()
    first, second = two_lanes(world, transfer)
    first.finish()
    second.finish()
    assert world.read(transfer).delivered
    world.run()
    assert_completed(world, transfer)
    assert "VerifyTarget" not in world.workflow.entered


def test_nobody_gives_the_file_its_name_while_another_lane_has_a_handle() -> None:
    world, transfer = one_lane_of_several()
    first, second = two_lanes(world, transfer)
    assert first.advance_to("sink.close")
    second.finish()
    assert TARGET not in world.partner.files
    assert world.read(transfer).status is Status.MOVING
    first.finish()  # it has not yet looked whether it is the last
    assert world.read(transfer).delivered
    world.run()
    assert_completed(world, transfer)
    assert "VerifyTarget" not in world.workflow.entered


@pytest.mark.parametrize("at", ["ledger.progress", "partner.close", "lanes.end"])
def test_a_lane_that_leaves_keeps_nobody_from_delivering(at: str) -> None:
    """Its session may take long to close."""
    world, transfer = one_lane_of_several()
    first, second = two_lanes(world, transfer)
    assert first.advance_to("sink.close")
    assert first.advance_to("lanes.beat")  # it says that it leaves
    assert first.advance_to(at)
    second.finish()
    assert world.read(transfer).delivered
    assert TARGET in world.partner.files
    first.finish()
    world.run()
    assert_completed(world, transfer)
    assert "VerifyTarget" not in world.workflow.entered


def test_a_lane_that_left_comes_back_to_write() -> None:
    world, transfer = one_lane_of_several()
    first, _ = two_lanes(world, transfer)
    assert first.advance_to("sink.close")
    assert first.advance_to("partner.close")
    assert [each.leaving for each in lanes_of(world, transfer)] == [True, False, False]
    send(world, transfer, 0)
    assert not any(each.leaving for each in lanes_of(world, transfer))


def test_two_lanes_that_end_at_once_deliver_once() -> None:
    world, transfer = one_lane_of_several()
    renamed = world.calls.counts["partner.rename"]
    actors = list(two_lanes(world, transfer))
    while actors:
        for actor in list(actors):
            actor.advance()
            if actor.ended:
                actors.remove(actor)
    world.run()
    assert_completed(world, transfer)
    assert world.calls.counts["partner.rename"] == renamed + 1


CALLS = [
    *("slots.take", "ledger.done_chunks", "partner.look", "transfers.save"),
    *("partner.rename", "lanes.end", "workflow.succeed"),
]


@pytest.mark.parametrize("at", CALLS)
def test_a_lane_that_comes_while_another_one_delivers_does_no_harm(at: str) -> None:
    world, transfer = one_lane_of_several()
    lane = Stage().start("lane", world.drive_lane)
    assert lane.advance_to("sink.close")
    assert lane.advance_to(at)
    late = send(world, transfer, 1)
    world.drive_lane(late)
    lane.finish()
    world.run()
    assert_completed(world, transfer)
    assert world.read(transfer).generation == 1


@pytest.mark.parametrize("at", CALLS)
def test_a_settle_that_comes_while_a_lane_delivers_does_no_harm(at: str) -> None:
    """Its workflow was aborted, so the sweeper ends the transfer."""
    world, transfer = one_lane_of_several()
    lane = Stage().start("lane", world.drive_lane)
    assert lane.advance_to("sink.close")
    assert lane.advance_to(at)
    world.workflow.executions[transfer.id, 1].state = None
    with suppress(StepUnderWay):  # the next sweep looks again
        settle_transfer(transfer.id, ports=world.ports)
    lane.finish()
    for _ in range(2):
        world.pass_time(world.policy.lease_seconds + 1)
        settle_transfer(transfer.id, ports=world.ports)
    ended = world.read(transfer)
    assert ended.status in {Status.COMPLETED, Status.FAILED}
    whole = ended.status is Status.COMPLETED
    assert (TARGET in world.partner.files) is whole
    assert (world.parts() == []) is whole  # a retry goes on with the part file of a failed one


@pytest.mark.parametrize("at", CALLS[:4])
def test_a_cancel_or_a_pause_while_a_lane_delivers_is_obeyed_or_too_late(at: str) -> None:
    for steer in (cancel_transfer, pause_transfer):
        world, transfer = one_lane_of_several()
        lane = Stage().start("lane", world.drive_lane)
        assert lane.advance_to("sink.close")
        assert lane.advance_to(at)
        steer(transfer.id, ANN, ports=world.ports)
        lane.finish()
        if world.read(transfer).status is Status.PAUSED:
            resume_transfer(transfer.id, ANN, ports=world.ports)
        world.run()
        ended = world.read(transfer)
        assert ended.status in {Status.COMPLETED, Status.CANCELLED}
        assert (TARGET in world.partner.files) is (ended.status is Status.COMPLETED)
        assert world.parts() == []
