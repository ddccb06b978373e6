"""A file that is refused while it is written straight under its name leaves no half one there."""

import pytest

from services.transfer.domain.errors import PermissionDenied
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import SMALL_BYTES
from tests.fakes.world import World
from tests.unit.transfer.driving import content, direct_world, retried
from tests.unit.transfer.many import assert_all_arrived, seen, send

SIZES = [5_000, SMALL_BYTES + 10]
KEEPING = [IfExists.FAIL, IfExists.KEEP_BOTH]


def refused_half_way(world: World) -> None:
    world.partner.fail_next(PermissionDenied("/in/a.bin", "write to"), "write")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("if_exists", KEEPING)
def test_a_file_that_is_refused_half_way_is_removed(size: int, if_exists: IfExists) -> None:
    world, found = direct_world(), {"out/a.bin": content(size)}
    transfer = send(world, found, if_exists=if_exists)
    refused_half_way(world)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "permission_denied"
    assert world.partner.files == {}
    assert_all_arrived(world, retried(world, transfer), found)


@pytest.mark.parametrize("size", SIZES)
def test_a_half_file_whose_removal_is_refused_is_told_of(size: int) -> None:
    world, found = direct_world(), {"out/a.bin": content(size)}
    world.partner.removes = False
    transfer = send(world, found)
    refused_half_way(world)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert str(told.message).endswith(" What was written of it may still be there, as a.bin.")
    assert_all_arrived(world, retried(world, transfer), found)
