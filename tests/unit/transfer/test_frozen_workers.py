"""Workers that stand still for longer than their leases change nothing more when they wake up."""

import pytest

from services.transfer.domain.errors import NoSpace
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.workflow_step import run_step
from tests.fakes.actors import Actor, Stage
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    assert_each_byte_once,
    until_moving,
    until_state,
    watch_writes,
)
from tests.unit.transfer.freezing import freeze_at, thaw


@pytest.mark.parametrize(
    "call",
    [
        "transfers.read",
        "slots.take",
        "partner.connect",
        "partner.look",
        "partner.open_part",
        "ledger.claim",
        "source.read",
        "sink.flush",
        "ledger.finish",
    ],
)
@pytest.mark.parametrize("done", [False, True])
def test_a_lane_that_wakes_up_after_its_lease_writes_nothing_more(call: str, done: bool) -> None:
    """By then another worker has its chunk, or the file has its name."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    writes = watch_writes(world)
    asleep = Stage().start("asleep", world.drive_lane)
    freeze_at(world, asleep, call)
    sweep_transfer(transfer.id, ports=world.ports)
    if done:
        world.run()
        assert_completed(world, transfer)
    else:
        world.drive_lane()
    thaw(world, asleep)
    world.run()
    assert_completed(world, transfer)
    at_work_again = [each for each in sorted(writes) if writes.count(each) == 1]
    if call not in {"sink.flush", "ledger.finish"}:  # it had written its first chunk by then
        assert_each_byte_once(at_work_again, len(BODY))
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.bytes_sent == len(BODY)


def step(world: World, transfer: Transfer, name: str) -> Actor:
    event = {"step": name, "transfer_id": transfer.id, "run": 1, "task_token": "first"}
    return Stage().start("asleep", lambda: run_step(event, world.ports))


@pytest.mark.parametrize(
    "call", ["partner.connect", "partner.look", "destinations.read", "transfers.save"]
)
def test_a_commit_that_wakes_up_after_its_lease_renames_nothing(call: str) -> None:
    """Meanwhile the file had got its name, and somebody put another one of ours there."""
    world = World()
    world.partner.files[TARGET] = bytearray(b"yesterday's")
    transfer = world.request(BODY, if_exists=IfExists.REPLACE)
    until_state(world, "CommitTarget")
    asleep = step(world, transfer, "CommitTarget")
    freeze_at(world, asleep, call)
    world.run()
    assert_completed(world, transfer)
    thaw(world, asleep)
    assert world.read(transfer).status is Status.COMPLETED


@pytest.mark.parametrize("call", ["transfers.read", "transfers.save", "queue.send"])
def test_a_start_that_wakes_up_late_makes_no_second_part_file(call: str) -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "MoveChunks")
    asleep = step(world, transfer, "MoveChunks")
    freeze_at(world, asleep, call)
    world.pass_time(world.policy.lane_due_seconds)
    sweep_transfer(transfer.id, ports=world.ports)
    until_moving(world)
    thaw(world, asleep)
    world.run()
    assert_completed(world, transfer)
    assert world.calls.counts["partner.create_file"] == 1


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("CommitTarget", "partner.look"),
        ("CommitTarget", "transfers.save"),
        ("CleanUp", "partner.connect"),
    ],
)
def test_a_step_whose_lease_is_over_changes_nothing_although_nobody_took_its_place(
    name: str, call: str
) -> None:
    """Others may be using its session by now."""
    world = World()
    transfer = world.request(BODY)
    if name == "CleanUp":
        world.calls.fail("sink.write", NoSpace("/in", 0))
    until_state(world, name)
    asleep = step(world, transfer, name)
    if call == "transfers.save":
        asleep.advance_to("partner.connect")
    freeze_at(world, asleep, call)
    thaw(world, asleep)
    assert type(asleep.error).__name__ == "TransientFailure"
    world.run()
    assert world.read(transfer).status is (Status.FAILED if name == "CleanUp" else Status.COMPLETED)
    assert world.parts() == []


def test_a_lane_that_wakes_up_after_its_lease_doubts_no_chunk_that_its_heir_has_proved() -> None:
    """The lane read a byte wrongly, and the next lane reads it rightly."""
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    asleep = Stage().start("asleep", world.drive_lane)
    assert asleep.advance_to("partner.open_reader")
    [part] = world.parts()
    world.partner.files[part][0] ^= 0xFF
    assert asleep.advance_to("ledger.checkpoint", "ledger.reopen")  # the last call before it doubts
    world.partner.files[part][0] ^= 0xFF
    asleep.frozen = True
    world.pass_time(world.policy.lease_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    world.drive_lane()
    thaw(world, asleep)
    assert world.calls.counts["ledger.reopen"] == 0
    world.run()
    assert_completed(world, transfer)
