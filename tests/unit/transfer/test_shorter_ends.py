"""Over a long line the last chunks are shorter, as far as the lanes that are allowed need it."""

from dataclasses import replace

import pytest

from services.transfer.domain.proof import Verify
from tests.fakes.world import CHUNK_BYTES, POLICY, World
from tests.unit.transfer.driving import (
    assert_completed,
    assert_each_byte_once,
    content,
    until_moving,
    watch_writes,
)

FAR = content(12 * CHUNK_BYTES + 77)


def far_away(lanes: int, seconds: float) -> World:
    """The partner is so long a round trip away, and so many lanes are allowed."""
    world = World(policy=replace(POLICY, lanes_per_transfer=lanes, shorter_ends=True))
    known = world.ports.destinations.read("acme")
    assert known.profile is not None
    profile = replace(known.profile, round_trip_seconds=seconds)
    world.ports.destinations.save(replace(known, profile=profile))
    return world


@pytest.mark.parametrize("verify", list(Verify))
def test_a_file_with_a_shorter_end_arrives_byte_for_byte(verify: Verify) -> None:
    world = far_away(7, 0.1)
    transfer = world.request(FAR, verify=verify)
    writes = watch_writes(world)
    world.run()
    plan = world.read(transfer).known_plan
    assert (plan.lanes, plan.usual_chunks, plan.total) == (7, 7, 21)
    assert_each_byte_once(writes, len(FAR))
    assert_completed(world, transfer, FAR)


@pytest.mark.parametrize(
    ("lanes", "seconds", "shaped"),
    [(7, 0.1, 7), (5, 0.1, 5), (16, 0.1, 7), (3, 0.1, 0), (1, 0.1, 0), (7, 0.02, 0)],
)
def test_only_many_lanes_over_a_long_line_get_a_shorter_end(
    lanes: int, seconds: float, shaped: int
) -> None:
    world = far_away(lanes, seconds)
    transfer = world.request(FAR)
    until_moving(world)
    assert world.read(transfer).known_plan.lanes == shaped


def test_no_such_plan_is_made_before_every_release_in_use_knows_it() -> None:
    world = far_away(7, 0.1)
    world.policy = replace(world.policy, shorter_ends=False)
    world.ports = replace(world.ports, policy=world.policy)
    transfer = world.request(FAR)
    until_moving(world)
    assert world.read(transfer).known_plan.lanes == 0


def test_a_server_for_one_lane_gets_chunks_of_one_length() -> None:
    world = far_away(7, 0.1)
    known = world.ports.destinations.read("acme")
    assert known.profile is not None
    one = replace(known.profile, write_at_offset=False)
    world.ports.destinations.save(replace(known, profile=one))
    transfer = world.request(FAR)
    until_moving(world)
    assert world.read(transfer).known_strategy.lanes == 1
    assert world.read(transfer).known_plan.lanes == 0
