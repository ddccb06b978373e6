"""When the answer of the workflow's callback or of the rename is lost, what was done stays done."""

import pytest

from services.transfer.domain.errors import ConnectionRefused, NoSpace
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ANN
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    fail_code,
    retried,
    until_moving,
    until_state,
)


class Throttled(Exception):
    """The call of Step Functions that ends the wait did not go through."""


def sweep_and_run(world: World, transfer: Transfer) -> Transfer:
    world.pass_time(60)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    return world.read(transfer)


def test_the_sweeper_wakes_the_workflow_of_a_failing_transfer_again() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.fail("workflow.fail", Throttled)
    world.calls.fail("sink.write", NoSpace("/in", 0))
    with pytest.raises(Throttled):
        world.run()
    world.run()
    assert world.read(transfer).status is Status.FAILING
    ended = sweep_and_run(world, transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "no_space")
    assert world.parts() == []


def test_the_sweeper_wakes_the_workflow_of_a_transfer_being_cancelled_again() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.fail("workflow.fail", Throttled)
    with pytest.raises(Throttled):
        cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.CANCELLING
    assert sweep_and_run(world, transfer).status is Status.CANCELLED
    assert world.parts() == []


@pytest.mark.parametrize("if_exists", list(IfExists))
def test_a_retry_after_a_rename_whose_answer_was_lost_finds_the_file_in_its_place(
    if_exists: IfExists,
) -> None:
    world = World()
    if if_exists is not IfExists.FAIL:
        world.partner.files[TARGET] = bytearray(b"yesterday's")
    transfer = world.request(BODY, if_exists=if_exists)
    world.calls.lose_answer("partner.rename", broken)
    until_state(world, "CommitTarget")
    away = world.calls.refuse("partner.connect", ConnectionRefused("h", 22), after=1)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "connection_refused")
    away.end()
    before = world.buckets.bytes_read
    retried(world, transfer)
    place = "/in/day (1).csv" if if_exists is IfExists.KEEP_BOTH else TARGET
    assert_completed(world, transfer, path=place)
    assert world.calls.counts["partner.rename"] == 1
    assert world.buckets.bytes_read == before
    assert len(world.partner.files) == (2 if if_exists is IfExists.KEEP_BOTH else 1)


@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.REPLACE])
@pytest.mark.parametrize("answer_lost", [True, False])
@pytest.mark.parametrize("old", [bytes(len(BODY)), b"another size"])
def test_after_a_lost_answer_it_is_completed_exactly_when_our_content_stands_there(
    old: bytes, answer_lost: bool, if_exists: IfExists
) -> None:
    """The connection broke just before or just after the rename."""
    world = World()
    transfer = world.request(BODY, if_exists=if_exists)
    until_state(world, "CommitTarget")
    if if_exists is IfExists.REPLACE:
        world.partner.files[TARGET] = bytearray(old)
    if answer_lost:
        world.calls.lose_answer("partner.rename", broken)
    else:
        world.calls.fail("partner.rename", broken)
    away = world.calls.refuse("partner.connect", ConnectionRefused("h", 22), after=1)
    world.run()
    assert fail_code(world.read(transfer)) == "connection_refused"
    assert (bytes(world.partner.files.get(TARGET, old)) == BODY) is answer_lost
    away.end()
    retried(world, transfer)
    assert_completed(world, transfer)
    assert world.calls.counts["partner.rename"] == (1 if answer_lost else 2)


@pytest.mark.parametrize("old_bytes", [len(BODY), len(BODY) - 1, None])
def test_what_stands_there_after_a_lost_answer_and_is_not_ours_is_not_taken_for_done(
    old_bytes: int | None,
) -> None:
    """After the rename somebody replaced the file or took it away, so what is there is not ours."""
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")

    def take_away() -> None:
        del world.partner.files[TARGET]
        if old_bytes is not None:
            world.partner.files[TARGET] = bytearray(old_bytes)

    world.calls.lose_answer("partner.rename", broken)
    world.calls.before("partner.connect", take_away, number=2)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "delivery_unclear")
    world.partner.files.pop(TARGET, None)
    again = retried(world, transfer)
    assert again.generation == ended.generation + 1
    assert_completed(world, transfer)


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("old", [b"", bytes(len(BODY))])
def test_where_nothing_can_be_read_an_equal_size_alone_is_unclear(
    old: bytes, readable: bool
) -> None:
    world = World()
    world.partner.readable = readable
    transfer = world.request(BODY, if_exists=IfExists.REPLACE)
    until_state(world, "CommitTarget")
    world.partner.files[TARGET] = bytearray(old)
    world.calls.lose_answer("partner.rename", broken)
    world.run()
    ended = world.read(transfer)
    unclear = not readable and len(old) == len(BODY)
    if unclear:
        assert (ended.status, fail_code(ended)) == (Status.FAILED, "delivery_unclear")
        retried(world, transfer)
    assert_completed(world, transfer)


def test_a_transfer_about_to_fail_whose_file_got_its_name_is_completed_after_all() -> None:
    """The connection works again when the transfer is cleaned up."""
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    world.calls.lose_answer("partner.rename", broken)
    away = world.calls.refuse("partner.connect", ConnectionRefused("h", 22), after=1)
    until_state(world, "CleanUp")
    assert world.read(transfer).status is Status.FAILING
    away.end()
    world.run()
    assert_completed(world, transfer)
    assert world.published(transfer)[-1] == "TransferCompleted.v1"
