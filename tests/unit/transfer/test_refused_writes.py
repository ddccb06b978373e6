"""A file that the partner refuses for itself does not slow down its neighbours."""

import pytest

from services.transfer.domain.errors import WriteRefused
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.status import Status
from services.transfer.domain_services.refused_writes import IN_A_ROW
from tests.fakes.world import World
from tests.unit.transfer.driving import fail_code, retried
from tests.unit.transfer.many import arrived, assert_all_arrived, counts, objects, seen, send

SECONDS = 1.0  # less than the shortest wait of a lane


def refuse(world: World, keys: set[str]) -> None:
    """The partner takes their bytes, and refuses their names."""
    world.partner.unwanted |= {f"/in/{key.removeprefix('out/')}" for key in keys}


@pytest.fixture(params=[True, False], ids=["at once", "one by one"])
def world(request: pytest.FixtureRequest) -> World:
    made = World()
    made.partner.pipelines = request.param
    return made


@pytest.mark.parametrize("places", [[0], [3, 4], [9], [0, 1, 2, 3, 4, 6, 7, 8, 9]])
def test_files_that_are_refused_beside_others_fail_at_once(world: World, places: list[int]) -> None:
    found = objects(10)
    refused = {key for at, key in enumerate(found) if at in places}
    refuse(world, refused)
    transfer, begun = send(world, found), world.clock
    world.run()
    assert {each.key: each.code for each in seen(world, transfer, "failed")} == dict.fromkeys(
        refused, "write_refused"
    )
    assert arrived(world) == {key: found[key] for key in found if key not in refused}
    assert world.parts() == []
    assert (world.clock - begun).total_seconds() < SECONDS
    world.partner.unwanted.clear()
    assert_all_arrived(world, retried(world, transfer), found)


def test_a_file_that_is_refused_once_is_sent_after_its_neighbours(world: World) -> None:
    found = objects(10)
    at = "quick_write" if world.partner.pipelines else "flush"
    world.partner.fail_next(WriteRefused("/in/x", "write to", "busy"), at)
    transfer, begun = send(world, found), world.clock
    world.run()
    assert_all_arrived(world, transfer, found)
    assert (world.clock - begun).total_seconds() < SECONDS


def test_a_partner_that_takes_nothing_is_given_time(world: World) -> None:
    """It is not flooded, and what it refused is sent once it recovers."""
    found = objects(100)
    refuse(world, set(found))
    tries: list[str] = []
    world.calls.observers.append(
        lambda name, *_: tries.append(name) if name == "partner.connect" else None
    )
    transfer = send(world, found)
    while len(tries) < 2:
        assert world.workflow.advance() or world.drive_lane()
    assert counts(world, transfer).settled == 0
    world.partner.unwanted.clear()
    world.run()
    assert_all_arrived(world, transfer, found)


def test_a_quota_that_fills_up_is_the_partners(world: World) -> None:
    found = objects(100)
    refuse(world, set(list(found)[40:]))
    transfer = send(world, found)
    while world.read(transfer).failure is None:
        assert world.workflow.advance() or world.drive_lane()
    assert fail_code(world.read(transfer)) == "write_refused"
    world.partner.unwanted.clear()
    world.run()
    assert_all_arrived(world, transfer, found)


def test_files_that_are_all_refused_fail_after_one_series_of_waits(world: World) -> None:
    """And not after one series for each page."""
    found = objects(2 * IN_A_ROW + 600)
    refuse(world, set(found))
    transfer = send(world, found)
    world.run()
    assert world.read(transfer).status is Status.FAILED
    assert counts(world, transfer) == FileCounts(failed=len(found))
    most = world.policy.retry.max_failures * world.policy.lanes_per_transfer
    assert world.calls.counts["partner.connect"] <= most + 1
