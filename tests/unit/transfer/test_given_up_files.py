"""A part file whose creation may still be on its way is given up for one with another name."""

import pytest

from services.transfer.domain.part_file import MAKER_LIFETIME
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.fakes.partners import InMemoryPartners
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    content,
    fail_code,
    fail_half_way,
    retry,
    sweep_all,
    until_planned,
)
from tests.unit.transfer.every_call import frozen_turns, killed_turns
from tests.unit.transfer.steps import sweep

BODIES = pytest.mark.parametrize("body", [content(70_000), BODY], ids=["one", "several"])


def crashed(world: World, body: bytes) -> Transfer:
    """The lane died when it had asked for the file. Its next turn is sent."""
    transfer = world.request(body)
    until_planned(world)
    world.calls.kill("partner.create_file")
    with pytest.raises(Killed):
        world.drive_lane()
    world.pass_time(world.policy.lease_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    assert [each.lane for each in world.queue.messages] == [0]
    return transfer


@BODIES
def test_wherever_the_next_worker_dies_as_well_the_file_arrives_once_and_whole(
    body: bytes,
) -> None:
    def scene() -> tuple[World, Transfer]:
        world = World()
        return world, crashed(world, body)

    for world, transfer in killed_turns(scene, delivered_again=False):
        world.run()
        sweep(world, transfer)
        assert_completed(world, transfer, body)
        assert set(world.partner.files) == {TARGET}
        assert world.read(transfer).tidy


@BODIES
def test_wherever_the_next_worker_falls_asleep_the_file_arrives_once_and_whole(
    body: bytes,
) -> None:
    def scene() -> tuple[World, Transfer]:
        world = World()
        return world, crashed(world, body)

    for world, transfer, asleep in frozen_turns(scene):
        world.calls.overdue_beats_first = False
        sweep_transfer(transfer.id, ports=world.ports)
        world.drive_lane()
        asleep.frozen = False
        asleep.finish()
        world.run()
        sweep(world, transfer)
        assert_completed(world, transfer, body)
        assert set(world.partner.files) == {TARGET}
        assert world.read(transfer).tidy


@BODIES
def test_a_file_created_late_by_whoever_died_is_removed(body: bytes) -> None:
    world = World()
    transfer = crashed(world, body)
    late = world.read(transfer).known_part.path
    world.run()
    assert_completed(world, transfer, body)
    assert world.read(transfer).left_behind == (late,)
    world.partner.files[late] = bytearray()
    sweep(world, transfer)
    assert set(world.partner.files) == {TARGET}
    assert world.read(transfer).tidy


@pytest.mark.parametrize("lost", [False, True])
def test_a_server_that_never_creates_the_file_ends_the_transfer_with_its_reason(lost: bool) -> None:
    world = World()
    transfer = world.request(BODY)
    until_planned(world)
    for number in range(world.policy.retry.max_failures):
        if lost:
            world.calls.lose_answer("partner.create_file", broken, after=number)
        else:
            world.calls.fail("partner.create_file", broken, after=number)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "connection_lost")
    assert world.calls.counts["partner.create_file"] == world.policy.retry.max_failures
    assert world.partner.files == {}
    sweep(world, transfer)
    assert world.read(transfer).tidy


def test_a_worker_that_always_dies_there_ends_the_transfer_with_a_reason() -> None:
    world = World()
    transfer = world.request(BODY)
    until_planned(world)
    for _ in range(world.policy.retry.max_failures):
        world.calls.kill("partner.create_file")
        with pytest.raises(Killed):
            world.run()
        world.pass_time(world.policy.lease_seconds + 1)
        sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "lane_crashed")


def test_a_transfer_paused_meanwhile_starts_over_when_it_is_resumed() -> None:
    world = World()
    transfer = crashed(world, BODY)
    pause_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.calls.counts["partner.create_file"] == 1
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)
    assert world.read(transfer).generation == 2


@pytest.mark.parametrize("paused", [False, True])
def test_lanes_of_a_retry_stay_at_rest_until_its_run_has_begun(paused: bool) -> None:
    """Its part file is there, and the sweeper or a resume may look at it first."""
    world = World()
    ended = fail_half_way(world)
    retry(world, ended)
    logins = world.calls.counts["partner.connect"]
    if paused:
        pause_transfer(ended.id, ANN, ports=world.ports)
        resume_transfer(ended.id, ANN, ports=world.ports)
    sweep_transfer(ended.id, ports=world.ports)
    for _ in range(20):
        world.drive_lane()
    assert not world.queue.messages
    assert world.calls.counts["partner.connect"] == logins
    world.run()
    assert_completed(world, ended)


def test_a_file_that_its_server_finishes_after_its_removal_is_removed_once_more() -> None:
    """As rclone does: it had taken bytes of a file that nobody else could open, and goes on."""
    world = World(partner=InMemoryPartners(reopens=False))
    transfer = world.request(BODY)
    world.calls.before(
        "sink.write", lambda: cancel_transfer(transfer.id, ANN, ports=world.ports), 3
    )
    world.run()
    ended = world.read(transfer)
    assert (ended.status, world.parts()) == (Status.CANCELLED, [])
    (path,) = ended.left_behind
    world.partner.files[path] = bytearray(b"finished late")
    world.pass_time(MAKER_LIFETIME.total_seconds() + 1)
    sweep_all(world)
    assert world.parts() == []
    assert world.read(transfer).tidy
