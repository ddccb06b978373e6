"""On servers that cannot replace in one step the old target steps aside, and is never lost."""

from dataclasses import replace

import pytest

from services.transfer.domain.errors import PermissionDenied, TransferError
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.fakes.lives import Killed
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    every,
    fail_code,
    retried,
    until_moving,
    until_state,
)

SAME_SIZE, OTHER_SIZE = bytes(len(BODY)), b"yesterday's"
RENAMES = [1, 2]  # the old target steps aside, ours takes its place
REMOVES = [("remove", 1), ("remove", 2)]  # what an earlier try may have left, the old target
CALLS = [("rename", 1), ("rename", 2), ("remove", 1)]
BY = ["step", "lane"]


def replacing(world: World, old: bytes = OTHER_SIZE, by: str = "step") -> Transfer:
    """A transfer that is about to be committed by CommitTarget, or by its only lane."""
    world.partner.replaces_atomically = False
    world.partner.files[TARGET] = bytearray(old)
    if by == "lane":
        policy = replace(world.policy, lanes_per_transfer=1)
        world.ports = replace(world.ports, policy=policy)
    transfer = world.request(BODY, if_exists=IfExists.REPLACE)
    if by == "lane":
        until_moving(world)
    else:
        until_state(world, "CommitTarget")
    return transfer


def require_mine(world: World, transfer: Transfer, old: bytes, by: str) -> None:
    """As require_old_or_new. A lane that writes ends where ours is complete."""
    if by == "step" or world.read(transfer).status is not Status.MOVING:
        require_old_or_new(world, transfer, old)


def require_old_or_new(world: World, transfer: Transfer, old: bytes) -> None:
    """The old or the new content must be there, under a name that is on record."""
    current, files = world.read(transfer), world.partner.files
    part = current.part.path if current.part else ""
    aside = current.aside.path if current.aside else ""
    contents = {path: bytes(files[path]) for path in (TARGET, part, aside) if path in files}
    assert set(contents) == set(files)
    assert BODY in contents.values()
    assert old in contents.values() or contents.get(TARGET) == BODY


def assert_replaced(world: World, transfer: Transfer) -> None:
    assert_completed(world, transfer)
    ended = world.read(transfer)
    assert ended.receipt is not None
    assert ended.receipt.left_behind == ()
    assert ended.tidy
    assert list(world.partner.files) == [TARGET]


def sweep_and_run(world: World, transfer: Transfer) -> None:
    world.pass_time(world.policy.lease_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()


@pytest.mark.parametrize("old", [SAME_SIZE, OTHER_SIZE])
@pytest.mark.parametrize("by", BY)
def test_the_old_target_steps_aside_on_record_and_goes(by: str, old: bytes) -> None:
    world = World()
    transfer = replacing(world, old, by)
    every(world, "partner.*", lambda: require_mine(world, transfer, old, by))
    aside: list[bool] = []
    world.calls.before("partner.rename", lambda: aside.append(world.read(transfer).aside is None))
    world.run()
    assert aside == [False]
    assert_replaced(world, transfer)


def test_a_target_that_does_not_exist_yet_needs_no_step_aside() -> None:
    world = World()
    transfer = replacing(world)
    del world.partner.files[TARGET]
    world.run()
    assert world.calls.counts["partner.rename"] == 1
    assert_replaced(world, transfer)


@pytest.mark.parametrize("old", [SAME_SIZE, OTHER_SIZE])
@pytest.mark.parametrize(("call", "number"), CALLS)
@pytest.mark.parametrize("by", BY)
def test_an_answer_lost_at_any_call_hides_and_loses_nothing(
    by: str, call: str, number: int, old: bytes
) -> None:
    world = World()
    transfer = replacing(world, old, by)
    every(world, "partner.*", lambda: require_mine(world, transfer, old, by))
    lost = world.calls.lose_answer(f"partner.{call}", broken, after=number - 1)
    world.run()
    assert lost()
    sweep_and_run(world, transfer)
    assert_replaced(world, transfer)


@pytest.mark.parametrize("old", [SAME_SIZE, OTHER_SIZE])
@pytest.mark.parametrize(("call", "number"), CALLS)
@pytest.mark.parametrize("by", BY)
def test_a_worker_that_dies_at_any_call_hides_and_loses_nothing(
    by: str, call: str, number: int, old: bytes
) -> None:
    world = World()
    transfer = replacing(world, old, by)
    every(world, "partner.*", lambda: require_mine(world, transfer, old, by))
    world.calls.kill(f"partner.{call}", number)
    with pytest.raises(Killed):
        world.run()
    sweep_and_run(world, transfer)
    assert_replaced(world, transfer)


@pytest.mark.parametrize("old", [SAME_SIZE, OTHER_SIZE])
@pytest.mark.parametrize(("call", "number"), [("rename", 4), ("rename", 5), *REMOVES])
@pytest.mark.parametrize("by", BY)
def test_a_worker_that_dies_in_the_second_try_hides_and_loses_nothing(
    by: str, call: str, number: int, old: bytes
) -> None:
    """In the first three renames the old target steps aside, ours breaks, and the old one comes
    back."""
    world = World()
    transfer = replacing(world, old, by)
    every(world, "partner.*", lambda: require_mine(world, transfer, old, by))
    world.calls.fail("partner.rename", broken, after=1)
    world.calls.kill(f"partner.{call}", number)
    with pytest.raises(Killed):
        world.run()
    sweep_and_run(world, transfer)
    assert_replaced(world, transfer)


@pytest.mark.parametrize("number", RENAMES)
@pytest.mark.parametrize("error", [PermissionDenied("/in", "rename"), broken()])
@pytest.mark.parametrize("by", BY)
def test_the_old_target_comes_back_where_ours_cannot_take_its_place(
    by: str, number: int, error: TransferError
) -> None:
    world = World()
    transfer = replacing(world, by=by)
    refused = world.calls.refuse("partner.rename", error, after=number - 1)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, error.code)
    assert OTHER_SIZE in [bytes(content) for content in world.partner.files.values()]
    refused.end()
    world.pass_time(world.policy.keep_part_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    assert world.partner.files == {TARGET: bytearray(OTHER_SIZE)}
    assert world.read(transfer).tidy
    retried(world, transfer)
    assert_replaced(world, transfer)


def test_the_old_target_comes_back_within_the_step_that_could_not_replace_it() -> None:
    """If it came back only in the clean-up, the partner would have no file at all until then."""
    world = World()
    transfer = replacing(world)
    world.calls.fail("partner.rename", PermissionDenied("/in", "rename"), after=1)
    until_state(world, "HandleError")
    assert bytes(world.partner.files[TARGET]) == OTHER_SIZE
    world.run()
    assert world.partner.files == {TARGET: bytearray(OTHER_SIZE)}
    assert world.read(transfer).tidy


@pytest.mark.parametrize("by", BY)
def test_the_old_target_does_not_come_back_when_the_partner_took_ours_away_at_once(by: str) -> None:
    """If yesterday's file came back, it would be taken for today's."""
    world = World()
    transfer = replacing(world, by=by)
    world.partner.takes_away_on_rename = True
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert world.partner.taken == {TARGET: BODY}
    assert world.partner.files == {}
    assert ended.tidy


def test_an_old_target_of_an_earlier_run_stays_on_record_when_another_one_steps_aside() -> None:
    world = World()
    transfer = replacing(world)
    refused = world.calls.refuse("partner.rename", PermissionDenied("/in", "rename"), after=1)
    world.run()
    failed = world.read(transfer)
    assert failed.aside is not None
    assert world.partner.files == {failed.aside.path: bytearray(OTHER_SIZE)}
    refused.end()
    world.partner.files[TARGET] = bytearray(b"somebody else's")
    retried(world, transfer)
    assert_replaced(world, transfer)
