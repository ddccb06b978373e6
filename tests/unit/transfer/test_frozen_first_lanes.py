"""The first lane of a transfer stands still for longer than its leases. It makes and names no file
when it wakes up."""

import pytest

from services.transfer.domain.status import Status
from tests.fakes.actors import Stage
from tests.fakes.sweeping import sweep_transfer
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, content
from tests.unit.transfer.every_call import first_turn, frozen_turns
from tests.unit.transfer.freezing import freeze_at, thaw
from tests.unit.transfer.steps import sweep

ONE_LANE = content(70_000)


@pytest.mark.parametrize("body", [ONE_LANE, BODY], ids=["one", "several"])
@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("partner.connect", 1),
        ("partner.look", 1),
        ("transfers.save", 1),  # of what it is about to do
        ("transfers.save", 2),  # of what it has done
    ],
)
def test_a_first_lane_that_wakes_up_after_its_lease_makes_no_part_file(
    call: str, number: int, body: bytes
) -> None:
    world, transfer = first_turn(body)()
    asleep = Stage().start("asleep", world.drive_lane)
    for _ in range(number - 1):
        assert asleep.advance_to(call)
        asleep.advance()
    freeze_at(world, asleep, call)
    sweep_transfer(transfer.id, ports=world.ports)
    while not world.read(transfer).part_made:
        world.drive_lane(remaining=lambda: world.policy.hand_over_seconds * 2)
    thaw(world, asleep)
    world.run()
    sweep(world, transfer)
    assert_completed(world, transfer, body)
    assert set(world.partner.files) == {TARGET}


@pytest.mark.parametrize("body", [ONE_LANE, BODY], ids=["one", "several"])
def test_a_part_file_made_by_a_first_lane_that_woke_up_late_is_found_and_removed(
    body: bytes,
) -> None:
    """The lane sends nothing more itself. But its request was on the way to the server already."""
    world, transfer = first_turn(body)()
    asleep = Stage().start("asleep", world.drive_lane)
    freeze_at(world, asleep, "partner.create_file")
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    [late] = ended.left_behind
    assert late not in world.partner.files
    world.calls.overdue_beats_first = False
    asleep.frozen = False
    asleep.finish()
    assert set(world.partner.files) == {TARGET}
    world.partner.files[late] = bytearray()
    world.pass_time(3_600)
    sweep_transfer(transfer.id, ports=world.ports)
    assert_completed(world, transfer, body)
    assert world.read(transfer).tidy


@pytest.mark.parametrize("body", [b"", ONE_LANE, BODY], ids=["empty", "one", "several"])
def test_wherever_a_first_lane_falls_asleep_it_changes_nothing_when_its_lease_is_over(
    body: bytes,
) -> None:
    """Others may be using its session by now, although nobody took its place."""
    for world, transfer, asleep in frozen_turns(first_turn(body)):
        thaw(world, asleep)
        sweep(world, transfer)
        assert_completed(world, transfer, body)
        assert set(world.partner.files) == {TARGET}
        assert world.read(transfer).tidy


def test_a_lane_that_wakes_up_while_its_file_is_proved_again_leaves_it_to_the_workflow() -> None:
    """It was about to record its proof. At every call of the workflow's steps it wakes up."""
    for call in range(1, 200):
        world, transfer = first_turn(ONE_LANE)()
        asleep = Stage().start("asleep", world.drive_lane)
        while not world.calls.counts["partner.open_reader"]:
            asleep.advance()
        freeze_at(world, asleep, "transfers.save")
        sweep_transfer(transfer.id, ports=world.ports)
        workflow = Stage().start("workflow", world.run)
        workflow.advance(call)
        if workflow.ended:
            assert call > 1
            return
        world.calls.overdue_beats_first = False
        asleep.frozen = False
        asleep.finish()
        workflow.finish()
        sweep(world, transfer)
        assert_completed(world, transfer, ONE_LANE)
        assert set(world.partner.files) == {TARGET}
        assert world.workflow.entered.count("HandleError") == 0
