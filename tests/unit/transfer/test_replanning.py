"""A server that does not do what its profile says is probed anew, and the plan is made anew."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import PermissionDenied
from services.transfer.domain.promises import cautions_of
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Method
from tests.fakes.actors import Stage
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    direct_world,
    fail_code,
    until_moving,
    until_planned,
)

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_server_that_opens_no_file_again_is_found_out_on_the_way() -> None:
    """Its profile is of yesterday. The plan is made anew, once."""
    world = World()
    world.partner.reopens = False
    transfer = world.request(BODY)
    until_moving(world)
    world.run()
    assert_completed(world, transfer)
    ended = world.read(transfer)
    assert (ended.known_strategy.method, ended.replanned) == (Method.ONE_HANDLE, True)
    assert world.partner.calls["probe"] == 1
    profile = world.ports.destinations.read("acme").profile
    assert profile is not None
    assert not profile.reopen


def test_a_probe_that_fails_on_the_way_does_not_hide_what_went_wrong_first() -> None:
    world = World()
    transfer = world.request(BODY)
    refused = PermissionDenied(TARGET, "write to")
    world.calls.refuse("sink.write", refused)
    world.calls.refuse("partner.probe", broken)
    world.run()
    ended = world.read(transfer)
    assert ended.failure is not None
    assert (ended.status, ended.failure.message) == (Status.FAILED, str(refused))


def test_two_lanes_that_find_out_at_once_begin_one_new_file() -> None:
    world = World()
    world.partner.reopens = False
    transfer = world.request(BODY)
    until_moving(world)
    stage = Stage()
    actors = [stage.start(f"lane {number}", world.drive_lane) for number in range(2)]
    for actor in actors:
        assert actor.advance_to("partner.probe")
    for actor in actors:
        actor.finish()
        assert actor.error is None
    world.run()
    assert_completed(world, transfer)
    assert world.read(transfer).generation == 2


def test_a_part_file_keeps_its_delivery_although_the_destination_has_another_one_by_now() -> None:
    world = direct_world()
    transfer = world.request(BODY)
    until_planned(world)
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, delivery=Delivery.ATOMIC))
    world.partner.replaces_atomically = False
    world.calls.fail("partner.create_file", PermissionDenied(TARGET, "create"))
    world.run()
    assert_completed(world, transfer)
    ended = world.read(transfer)
    assert ended.replanned
    assert ended.receipt is not None
    renamed = bool(world.calls.counts["partner.rename"])
    assert ended.receipt.delivery is (Delivery.ATOMIC if renamed else Delivery.DIRECT)


def profile_of(world: World) -> ServerProfile:
    profile = world.ports.destinations.read("acme").profile
    assert profile is not None
    return profile


def with_profile(world: World, **changes: Any) -> None:  # noqa: ANN401
    known = world.ports.destinations.read("acme")
    profile = replace(profile_of(world), **{"probed_at": world.clock, **changes})
    world.ports.destinations.save(replace(known, profile=profile))


@pytest.mark.parametrize(
    ("changes", "probes"),
    [({}, 0), ({"doubted": "it refused to rename"}, 1), ({"probed_at": LONG_AGO}, 1)],
)
def test_an_old_profile_and_a_doubted_one_are_refreshed_before_the_first_byte(
    changes: dict[str, Any], probes: int
) -> None:
    world = World()
    with_profile(world, **changes)
    transfer = world.request(BODY)
    world.run()
    assert_completed(world, transfer)
    assert world.partner.calls["probe"] == probes
    assert profile_of(world).doubted is None
    assert profile_of(world).probed_at > LONG_AGO


def test_what_an_old_profile_did_not_know_is_planned_with_before_the_first_byte() -> None:
    world = World()
    with_profile(world, probed_at=LONG_AGO)
    world.partner.reopens = False
    transfer = world.request(BODY)
    world.run()
    assert_completed(world, transfer)
    assert world.read(transfer).known_strategy.method is Method.ONE_HANDLE
    assert world.calls.counts["partner.create_file"] == 1


def test_a_probe_that_fails_before_the_first_byte_does_not_stop_the_transfer() -> None:
    world = World()
    with_profile(world, probed_at=LONG_AGO)
    world.calls.refuse("partner.probe", broken)
    transfer = world.request(BODY)
    world.run()
    assert_completed(world, transfer)


def test_a_rename_that_is_refused_is_found_out_before_the_next_files_first_byte() -> None:
    """The profile says that it renames. The first file pays for that, and no other does."""
    world = World()
    with_profile(world)
    world.partner.renames = False
    first = world.request(BODY)
    world.run()
    assert fail_code(world.read(first)) == "permission_denied"
    assert "rename" in (profile_of(world).doubted or "")
    world.calls.counts.clear()
    second = world.request(BODY, target_path="next.csv")
    world.run()
    ended = world.read(second)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "rename_refused")
    assert world.calls.counts["sink.write"] == 0
    assert profile_of(world).doubted is None


@pytest.mark.parametrize("changes", [{"doubted": "odd"}, {"probed_at": LONG_AGO}])
def test_whoever_looks_at_the_destination_is_told_of_the_old_test(changes: dict[str, Any]) -> None:
    world = World()
    with_profile(world)
    assert cautions_of(world.ports.destinations.read("acme"), world.clock) == ()
    with_profile(world, **changes)
    assert len(cautions_of(world.ports.destinations.read("acme"), world.clock)) == 1
