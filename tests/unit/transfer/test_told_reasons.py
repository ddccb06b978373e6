"""The message of a failed transfer says what happened, and its advice helps."""

import pytest

from services.transfer.domain.failure import Failure
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import MAX_NUMBER
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.workflow_step import TransientFailure
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, broken, until_state
from tests.unit.transfer.steps import step

SOMEBODYS = b"somebody else's"
SAMPLED = 7  # a byte of a chunk's end


def told(world: World, transfer: Transfer) -> Failure:
    failure = world.read(transfer).failure
    assert failure is not None
    return failure


def committing(world: World, if_exists: IfExists = IfExists.FAIL) -> Transfer:
    transfer = world.request(BODY, if_exists=if_exists)
    until_state(world, "CommitTarget")
    return transfer


def test_a_name_taken_under_a_transfer_that_replaces_is_not_told_as_if_it_must_not() -> None:
    """Somebody takes the name after the old target stepped aside and before the rename."""
    world = World()
    world.partner.replaces_atomically = False
    world.partner.files[TARGET] = bytearray(b"old")
    transfer = committing(world, IfExists.REPLACE)

    def come_between() -> None:
        world.partner.files[TARGET] = bytearray(SOMEBODYS)

    world.calls.before("partner.rename", come_between, number=2)
    world.run()
    failure = told(world, transfer)
    assert world.read(transfer).status is Status.FAILED
    assert TARGET in failure.message
    assert "if_exists is 'fail'" not in failure.message


def test_a_transfer_that_finds_no_free_number_says_so_and_not_that_it_must_not_replace() -> None:
    world = World()
    transfer = committing(world, IfExists.KEEP_BOTH)
    names = [TARGET, *(f"/in/day ({number}).csv" for number in range(1, MAX_NUMBER + 1))]
    world.partner.files.update({name: bytearray(SOMEBODYS) for name in names})
    world.run()
    failure = told(world, transfer)
    assert failure.code == "target_exists"
    assert "if_exists is 'fail'" not in failure.message
    assert "ask the partner" in failure.message  # 'keep_both' was asked for, and did not help


def test_a_transfer_that_must_not_replace_is_told_what_it_may_ask_for_instead() -> None:
    world = World()
    transfer = committing(world)
    world.partner.files[TARGET] = bytearray(SOMEBODYS)
    world.run()
    failure = told(world, transfer)
    assert failure.code == "target_exists"
    assert "'replace' or 'keep_both'" in failure.message


def test_a_part_file_gone_after_a_rename_was_asked_for_is_not_told_as_removed_before() -> None:
    """The file got its name, but the answer was lost. The partner took the file and left a note
    there."""
    world = World()
    transfer = committing(world)
    world.calls.lose_answer("partner.rename", broken)
    with pytest.raises(TransientFailure):
        step(world, transfer, "CommitTarget")
    world.partner.files[TARGET] = bytearray(b"picked up: ok")
    world.run()
    failure = told(world, transfer)
    assert world.read(transfer).status is Status.FAILED
    assert TARGET in failure.message
    assert "something there removed it" not in failure.message


def test_while_a_mismatch_is_moved_again_it_is_told_as_such_and_not_as_the_end() -> None:
    """'So it was when it was read once more' is true after the second time only."""
    world = World()
    transfer = world.request(BODY)
    world.buckets.flip_next_read(SAMPLED)
    until_state(world, "VerifyTarget")
    world.workflow.advance()
    assert world.read(transfer).status is Status.MOVING
    failure = told(world, transfer)
    assert (failure.code, failure.retryable) == ("source_corrupted", True)
    world.run()
    assert_completed(world, transfer)


def test_while_a_damaged_part_file_is_moved_again_it_is_told_as_such() -> None:
    """It is not known yet whether sending it once more helps."""
    world = World()
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    [part] = world.parts()
    world.partner.files[part][SAMPLED] ^= 0xFF
    world.workflow.advance()
    assert world.read(transfer).status is Status.MOVING
    failure = told(world, transfer)
    assert (failure.code, failure.retryable) == ("chunk_corrupted", True)
    world.run()
    assert_completed(world, transfer)
