"""Two functions run VerifyTarget at once, as Step Functions repeats one whose answer was lost."""

from dataclasses import replace

import pytest

from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.workflow_step import MoveAgain, StepBusy
from tests.fakes.actors import Actor, Stage
from tests.fakes.world import POLICY, World
from tests.unit.transfer.driving import BODY, assert_completed, until_moving, until_state
from tests.unit.transfer.steps import beginning, step, sweep

FLIPPED = 7  # S3 gives out this byte wrongly once, so everything is moved a second time
TOGETHER_CALLS = 5_000


def about_to_verify(world: World) -> Transfer:
    transfer = world.request(BODY)
    world.buckets.flip_next_read(FLIPPED)
    until_state(world, "VerifyTarget")
    return transfer


def about_to_tell(world: World, transfer: Transfer) -> Actor:
    """A VerifyTarget that has found the mismatch and has not recorded it yet."""
    verify = beginning(world, transfer, "VerifyTarget")
    assert verify.advance_to("ledger.done_chunks")
    assert verify.advance_to("transfers.read")
    assert world.read(transfer).status is Status.VERIFYING
    return verify


def asleep(world: World, verify: Actor) -> Actor:
    """It sleeps for longer than its lease, so a repeated one may begin."""
    verify.frozen = True
    world.pass_time(world.policy.lease_seconds + 1)
    return verify


def test_a_repeated_verify_waits_for_the_first_one_and_answers_the_same() -> None:
    """Only the repeated one's answer reaches the workflow, so it has to lead to the second move."""
    world = World()
    transfer = about_to_verify(world)
    first = about_to_tell(world, transfer)
    with pytest.raises(StepBusy, match="step_under_way"):
        step(world, transfer, "VerifyTarget")
    assert world.read(transfer).status is Status.VERIFYING
    first.finish()
    assert type(first.error) is MoveAgain
    with pytest.raises(MoveAgain):
        step(world, transfer, "VerifyTarget")
    assert world.read(transfer).status is Status.MOVING


def test_two_that_find_the_same_mismatch_both_answer_that_it_is_moved_again() -> None:
    """The first one stood still for longer than its lease."""
    world = World()
    transfer = about_to_verify(world)
    first = asleep(world, about_to_tell(world, transfer))
    second = about_to_tell(world, transfer)
    first.frozen = False
    first.finish()
    second.finish()
    assert [type(each.error) for each in (first, second)] == [MoveAgain, MoveAgain]
    assert world.read(transfer).status is Status.MOVING
    world.run()
    assert_completed(world, transfer)


def test_a_late_mismatch_does_not_throw_away_the_part_file_that_was_moved_since() -> None:
    """The mismatch is in the first part file. The second one is being verified just now."""
    world = World()
    transfer = about_to_verify(world)
    late = asleep(world, about_to_tell(world, transfer))
    world.workflow.advance()  # the repeated one finds it, too
    until_state(world, "VerifyTarget")
    verify = beginning(world, transfer, "VerifyTarget")
    assert verify.advance_to("ledger.done_chunks")
    second = world.read(transfer)
    late.frozen = False
    late.finish()
    now = world.read(transfer)
    assert (now.status, now.generation, now.part) == (Status.VERIFYING, 2, second.part)
    verify.finish()
    assert verify.error is None
    world.run()
    assert_completed(world, transfer)


def test_a_late_verify_does_not_take_the_state_from_under_the_move_that_waits() -> None:
    """All is moved for the second time, and the lane has not reported it. If the late verify set
    the state to verifying now, nobody would end the wait of the execution."""
    world = World(policy=replace(POLICY, lanes_per_transfer=1))
    transfer = about_to_verify(world)
    late = beginning(world, transfer, "VerifyTarget")
    world.workflow.advance()
    until_moving(world)
    lane = Stage().start("lane", world.drive_lane)
    for _ in range(TOGETHER_CALLS):
        if world.ports.ledger.progress(world.read(transfer).ledger).complete:
            break
        lane.advance()
    assert not lane.ended
    late.advance_to("slots.take")
    lane.finish()
    late.finish()
    world.run()
    sweep(world, transfer)
    assert_completed(world, transfer)


def test_a_late_verify_of_the_first_part_file_leaves_the_second_move_alone() -> None:
    """It wakes up while the second part file is filled."""
    world = World()
    transfer = about_to_verify(world)
    late = beginning(world, transfer, "VerifyTarget")
    world.workflow.advance()
    until_moving(world)
    world.drive_lane()
    late.finish()
    world.run()
    assert_completed(world, transfer)
