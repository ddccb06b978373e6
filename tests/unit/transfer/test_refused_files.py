"""A file that is refused leaves nothing of ours at the partner."""

import pytest

from services.transfer.domain.errors import PermissionDenied
from services.transfer.domain.inventory import SMALL_BYTES
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, content, retried, until_planned
from tests.unit.transfer.many import assert_all_arrived, objects, seen, send


@pytest.mark.parametrize("after", [0, 2])
def test_a_large_file_whose_bytes_are_refused(after: int) -> None:
    world, found = World(), {"out/big.bin": content(SMALL_BYTES + 10)}
    transfer = send(world, found)
    world.partner.fail_next(PermissionDenied("/in/big.bin", "write to"), "write", after=after)
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "permission_denied"
    assert world.parts() == []
    assert_all_arrived(world, retried(world, transfer), found)


def test_a_large_file_that_changes_when_its_line_breaks() -> None:
    world, body = World(), content(SMALL_BYTES + 10)
    transfer = send(world, {"out/big.bin": body})
    until_planned(world)
    world.partner.fail_next(broken(), "write", after=3)
    world.drive_lane()
    assert world.parts() != []
    world.buckets.put("outgoing", "out/big.bin", body[::-1])
    world.run()
    [told] = seen(world, transfer, "failed")
    assert told.code == "source_changed"
    assert world.parts() == []


def test_a_small_file_whose_bytes_are_refused() -> None:
    world, found = World(), objects(3)
    world.partner.pipelines = False
    transfer = send(world, found)
    world.partner.fail_next(PermissionDenied("/in/x", "write to"), "write")
    world.run()
    assert len(seen(world, transfer, "failed")) == 1
    assert world.parts() == []
    assert_all_arrived(world, retried(world, transfer), found)
