"""A file at the partner has the modification time of its object, where the server allows it."""

from dataclasses import replace

import pytest

from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed


@pytest.mark.parametrize("size", [1, len(BODY)])
def test_the_file_keeps_its_modification_time(size: int) -> None:
    world = World()
    transfer = world.request(BODY[:size])
    world.run()
    transfer = world.read(transfer)
    assert world.partner.modified[TARGET] == transfer.known_source.last_modified


def test_no_time_is_set_where_the_test_has_found_that_it_is_refused() -> None:
    world = World()
    known = world.ports.destinations.read("acme")
    assert known.profile is not None
    world.ports.destinations.save(replace(known, profile=replace(known.profile, set_times=False)))
    transfer = world.request(BODY[:1])
    world.run()
    assert_completed(world, transfer, BODY[:1])
    assert world.calls.counts["partner.set_modified"] == 0
