"""A server that does not do what its profile says is probed anew, and the plan is made anew."""

from dataclasses import replace

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import PermissionDenied
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
    until_moving,
    until_planned,
)


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
