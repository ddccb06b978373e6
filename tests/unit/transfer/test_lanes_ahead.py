"""The other lanes of a large file come with the first one. They log in after it, and work at the
part file once it is there. Whatever befalls the first one, they harm nothing meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import ConnectionLost, PasswordRejected, TransferError
from services.transfer.domain.lane import Lane
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.await_first import COMES_SECONDS, PATIENCE_SECONDS
from tests.fakes.actors import Actor, Stage
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, broken, content
from tests.unit.transfer.driving import until_planned as planned
from tests.unit.transfer.many import objects, send
from tests.unit.transfer.steps import sweep

LONG = 60  # calls of a lane that only waits


def scene(lanes: int = 3) -> tuple[World, Transfer]:
    """The messages of all lanes wait. There is no part file yet."""
    world = World()
    known = world.ports.destinations.read("acme")
    assert known.profile is not None
    profile = replace(known.profile, round_trip_seconds=0.06)  # four lanes to begin with
    world.ports.destinations.save(replace(known, profile=profile))
    transfer = world.request(BODY)
    planned(world)
    assert [each.lane for each in world.queue.messages] == list(range(lanes))
    return world, transfer


def turn(stage: Stage, world: World, name: str) -> Actor:
    message = world.queue.messages.popleft()
    return stage.start(name, lambda: world.drive_lane(message))


def row(world: World, transfer: Transfer, number: int) -> Lane:
    lanes = world.ports.lanes.lanes(world.read(transfer).ledger)
    return next(each for each in lanes if each.number == number)


def assert_whole(world: World, transfer: Transfer) -> None:
    world.run()
    sweep(world, transfer)
    assert_completed(world, transfer, BODY)
    assert set(world.partner.files) == {TARGET}
    assert world.read(transfer).tidy


def test_a_file_of_one_chunk_and_one_that_one_handle_writes_get_no_lane_ahead() -> None:
    world = World()
    world.request(content(70_000))
    planned(world)
    assert len(world.queue.messages) == 1
    world = World()
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, delivery=Delivery.DIRECT))
    world.request(BODY)
    planned(world)
    assert len(world.queue.messages) == 1


def test_the_other_lanes_of_many_files_come_when_their_folder_is_there() -> None:
    world = World()
    send(world, objects(5))
    planned(world)
    assert len(world.queue.messages) == 1


def test_a_lane_logs_in_while_the_first_one_makes_the_part_file_and_not_before() -> None:
    world, transfer = scene()
    stage = Stage()
    first, second = turn(stage, world, "first"), turn(stage, world, "second")
    assert first.advance_to("partner.connect")
    second.advance(LONG)
    assert second.at in {"transfers.read", "lanes.lanes"}
    assert first.advance_to("partner.create_file")
    assert second.advance_to("partner.connect", at_most=LONG)
    second.advance(LONG)
    assert not world.read(transfer).part_made
    assert row(world, transfer, 1).session_since is not None
    assert second.at in {"transfers.read", "lanes.lanes"}
    assert world.calls.counts["ledger.claim"] == world.calls.counts["partner.open_part"] == 0
    assert first.advance_to("ledger.claim")
    assert second.advance_to("partner.open_part", at_most=LONG)
    first.finish()
    second.finish()
    assert_whole(world, transfer)


def test_a_login_that_is_refused_is_tried_once_and_not_by_each_lane() -> None:
    world, transfer = scene()
    world.calls.refuse("partner.connect", PasswordRejected("sftp.acme.example", "ferry"))
    stage = Stage()
    actors = [turn(stage, world, str(number)) for number in range(3)]
    while any(not each.ended for each in actors):
        for each in actors:
            each.advance()
    world.run()
    assert world.read(transfer).status is Status.FAILED
    assert world.calls.counts["partner.connect"] <= 2  # CleanUp looks for what is left behind


def waits_in_vain(world: World, transfer: Transfer, stage: Stage) -> float:
    """How many seconds the second lane waits."""
    began, logins = world.clock, world.calls.counts["partner.connect"]
    turn(stage, world, "second").finish()
    assert row(world, transfer, 1).ended
    assert world.calls.counts["partner.connect"] == logins
    assert world.read(transfer).failure is None
    assert not any(each.lane == 0 for each in world.queue.messages)  # that is its own matter
    return (world.clock - began).total_seconds()


def test_a_lane_waits_for_a_moment_for_the_worker_of_the_first_one() -> None:
    world, transfer = scene()
    world.queue.messages.popleft()
    assert COMES_SECONDS <= waits_in_vain(world, transfer, Stage()) < 2 * COMES_SECONDS


def test_a_lane_does_not_wait_for_a_first_one_that_stands_in_the_line() -> None:
    world, transfer = scene()
    world.queue.messages.popleft()
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    parked = replace(row(world, transfer, 0), turn=2, until=until, parked=True)
    assert world.ports.lanes.queue(parked)
    assert waits_in_vain(world, transfer, Stage()) < COMES_SECONDS / 2


def test_a_lane_waits_no_longer_than_its_patience_for_a_first_one_that_hangs() -> None:
    world, transfer = scene()
    stage = Stage()
    assert turn(stage, world, "first").advance_to("partner.connect")
    waited = waits_in_vain(world, transfer, stage)
    assert PATIENCE_SECONDS <= waited < PATIENCE_SECONDS + 1


def test_a_lane_that_waited_in_vain_is_sent_again_when_the_part_file_is_there() -> None:
    world, transfer = scene()
    stage = Stage()
    first, second = turn(stage, world, "first"), turn(stage, world, "second")
    assert first.advance_to("partner.connect")
    second.finish()
    assert row(world, transfer, 1).ended
    assert first.advance_to("ledger.claim")
    assert [each.lane for each in world.queue.messages] == [2, 1]
    first.finish()
    assert_whole(world, transfer)


def test_a_lane_that_ends_at_the_moment_the_part_file_is_made_is_not_lost() -> None:
    """The first one found it on its way, and sent nothing."""
    world, transfer = scene()
    stage = Stage()
    first, second = turn(stage, world, "first"), turn(stage, world, "second")
    assert first.advance_to("partner.connect")
    assert second.advance_to("lanes.end", at_most=10 * LONG)
    assert first.advance_to("ledger.claim")
    assert [each.lane for each in world.queue.messages] == [2]
    second.finish()
    assert [each.lane for each in world.queue.messages] == [2, 1]
    first.finish()
    assert_whole(world, transfer)


@pytest.mark.parametrize("error", [broken(), ConnectionLost("sftp.acme.example", 22, "full")])
def test_a_line_that_breaks_for_a_lane_that_waits_does_not_begin_the_file_anew(
    error: TransferError,
) -> None:
    """The first one is about to create it just then."""
    world, transfer = scene()
    stage = Stage()
    first, second = turn(stage, world, "first"), turn(stage, world, "second")
    assert first.advance_to("partner.create_file")
    assert world.read(transfer).known_part.opening
    world.calls.fail("partner.connect", error)
    second.finish()
    assert world.read(transfer).generation == transfer.generation + 1 == 1
    assert row(world, transfer, 1).failures == 1
    first.finish()
    assert_whole(world, transfer)


def test_a_transfer_whose_first_lane_works_does_not_say_that_it_waits_for_a_session() -> None:
    world, transfer = scene()
    stage = Stage()
    first, second = turn(stage, world, "first"), turn(stage, world, "second")
    assert first.advance_to("partner.create_file")
    known = world.ports.destinations.read("acme")
    fewer = world.ports.destinations.save(replace(known, max_sessions=1))
    second.finish()
    assert row(world, transfer, 1).parked
    assert world.read(transfer).failure is None
    world.ports.destinations.save(replace(fewer, max_sessions=4))
    first.finish()
    assert_whole(world, transfer)


@pytest.mark.parametrize("call", ["partner.connect", "partner.look", "partner.create_file"])
def test_wherever_the_first_lane_dies_the_others_leave_its_work_to_the_next_one(call: str) -> None:
    world, transfer = scene()
    stage = Stage()
    first, second = turn(stage, world, "first"), turn(stage, world, "second")
    assert first.advance_to(call)
    first.kill()
    second.finish()
    assert not world.read(transfer).part_made
    assert world.calls.counts["partner.create_file"] == 0
    world.pass_time(world.policy.lease_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    assert_whole(world, transfer)
