"""Servers that show no sizes, such as drop boxes. Nothing is lost there, and the rest works."""

import pytest

from services.transfer.domain.errors import PermissionDenied, WriteRefused
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Proven, Verify
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
    fail_code,
    until_state,
)
from tests.unit.transfer.steps import sweep

OLD = b"yesterday's"
DAYS = 15  # by then leftovers are removed or given up
A_DAY = 86_400


def drop_box() -> World:
    world = World()
    world.partner.shows_sizes = world.partner.readable = False
    return world


def replacing(world: World) -> Transfer:
    """A transfer that is about to be committed. The old target has to step aside for it."""
    world.partner.replaces_atomically = False
    world.partner.files[TARGET] = bytearray(OLD)
    transfer = world.request(BODY, if_exists=IfExists.REPLACE)
    until_state(world, "CommitTarget")
    return transfer


def require_a_target_of_old_or_new(world: World) -> None:
    """The old or the new content must be there, also when all removable files are gone."""
    contents = {path: bytes(content) for path, content in world.partner.files.items()}
    assert OLD in contents.values() or contents.get(TARGET) == BODY, list(contents)


@pytest.mark.parametrize("number", [1, 2])
def test_an_old_target_whose_way_back_breaks_as_well_is_not_lost(number: int) -> None:
    """The server does not show whether the name is free. So the old content is removed only when
    our file has the name."""
    world = drop_box()
    transfer = replacing(world)
    for after in (number - 1, number):
        world.calls.fail("partner.rename", broken, after=after)
    world.run()
    require_a_target_of_old_or_new(world)
    for _ in range(DAYS):
        world.pass_time(A_DAY)
        sweep_transfer(transfer.id, ports=world.ports)
        require_a_target_of_old_or_new(world)


@pytest.mark.parametrize("number", [1, 2])
def test_an_old_target_is_not_lost_with_the_step_that_dies_before_ours_takes_its_place(
    number: int,
) -> None:
    world = drop_box()
    transfer = replacing(world)
    world.calls.kill("partner.rename", number)
    with pytest.raises(Killed):
        world.run()
    require_a_target_of_old_or_new(world)
    sweep(world, transfer)
    require_a_target_of_old_or_new(world)


@pytest.mark.parametrize("verify", list(Verify))
@pytest.mark.parametrize(
    "error", [WriteRefused("/in", "tell the size of", "?"), PermissionDenied("/in", "look at")]
)
def test_a_size_that_is_not_told_for_whatever_reason_counts_as_hidden(
    error: Exception, verify: Verify
) -> None:
    """Also on a server that showed them when it was tested."""
    world = World()
    world.calls.refuse("partner.look", error)
    world.partner.shows_sizes = False  # a probe finds the same
    transfer = world.request(BODY, verify=verify)
    world.run()
    assert_completed(world, transfer)


def test_a_line_that_breaks_before_the_rename_costs_a_drop_box_no_delivery() -> None:
    """The part file can be opened for writing. That shows that it is still there."""
    world = drop_box()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    failed = world.calls.fail("partner.rename", broken)
    world.run()
    assert failed()
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.ACKNOWLEDGED


def test_a_rename_whose_answer_a_drop_box_lost_is_told_as_unclear_and_not_undone() -> None:
    """The part file cannot be opened any more, and the final name shows nothing. Nobody can tell
    whether the rename worked."""
    world = drop_box()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    world.calls.lose_answer("partner.rename", broken)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "delivery_unclear")
    assert world.partner.files == {TARGET: bytearray(BODY)}
