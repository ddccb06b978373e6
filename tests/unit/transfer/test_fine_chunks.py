"""Several lanes over a long line get shorter chunks. A lane that is alone has no use for them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.transfer.domain.chunks import DEFAULT_CHUNK_BYTES
from services.transfer.domain.destination import Destination
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain_services.plan_part import plan_part
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, until_moving

SIZE = 4_000_000_000


@pytest.mark.parametrize(
    ("lanes", "trip", "chunk_bytes"),
    [(4, 0.1, 38_000_000), (1, 0.1, DEFAULT_CHUNK_BYTES), (4, 0.001, DEFAULT_CHUNK_BYTES)],
)
def test_a_plan_knows_its_lanes_and_the_line(lanes: int, trip: float, chunk_bytes: int) -> None:
    plan = planned(lanes, lambda known: replace(known, profile=with_trip(known, trip)))
    assert plan == (chunk_bytes, -(-SIZE // chunk_bytes))


def test_a_partner_that_was_never_tested_gets_the_usual_chunks() -> None:
    plan = planned(4, lambda known: replace(known, profile=None))
    assert plan == (DEFAULT_CHUNK_BYTES, SIZE // DEFAULT_CHUNK_BYTES)


def planned(lanes: int, change: Callable[[Destination], Destination]) -> tuple[int, int]:
    """How many bytes a chunk has, and how many chunks there are."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    current = world.read(transfer)
    large = replace(current.known_source, size_bytes=SIZE)
    known = world.ports.destinations.read(transfer.destination_id)
    policy = replace(world.policy, chunk_bytes=DEFAULT_CHUNK_BYTES)
    plan = plan_part(
        replace(current, source_object=large, part=None),
        change(known),
        lanes,
        ports=replace(world.ports, policy=policy),
    ).known_plan
    return plan.chunk_bytes, plan.total


def with_trip(known: Destination, seconds: float) -> ServerProfile:
    assert known.profile is not None
    return replace(known.profile, round_trip_seconds=seconds)
