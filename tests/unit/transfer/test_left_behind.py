"""Part files at the partner: whatever fails, each is removed in the end or reported by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.destination import Credential, Destination
from services.transfer.domain.errors import (
    ConnectionRefused,
    ConnectionTimedOut,
    DestinationInUse,
    PartAbandoned,
    PermissionDenied,
)
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.transfer import Status, Transfer
from services.transfer.use_cases.manage_destinations import delete_destination
from services.transfer.use_cases.steer_transfer import cancel_transfer, retry_transfer
from services.transfer.use_cases.sweep_stalled import sweep_stalled, sweep_transfer
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    fail_code,
    fail_half_way,
    retried,
    until_moving,
)

TEN_MINUTES = 600
TWO_WEEKS = timedelta(days=14)  # then nobody tries any more
REMOVAL_TRIES_AT_MOST = 60  # in the two weeks: ever more rarely


def ignore(transfer_id: str, error: Exception) -> None:
    raise AssertionError(f"{transfer_id} was not swept") from error


def always() -> bool:
    return True


def refuse(world: World, call: str, error: Callable[[], Exception]) -> Callable[[], None]:
    """Every such call from now on; the answer ends it."""
    kept = world.partner.called

    def called(name: str) -> None:
        if name == call:
            world.partner.calls[f"refused {name}"] += 1
            raise error()
        kept(name)

    def end() -> None:
        world.partner.called = kept  # type: ignore[method-assign]

    world.partner.called = called  # type: ignore[method-assign]
    return end


def refused() -> Exception:
    return ConnectionRefused("sftp.acme.example", 22)


def moving(world: World, **wish: str) -> Transfer:
    """Its messages got lost: nobody works for it."""
    transfer = world.request(BODY, **wish)
    until_moving(world)
    world.queue.messages.clear()
    return transfer


def sweep_until_the_part_is_gone(world: World, transfer: Transfer) -> None:
    assert world.parts() == [transfer.part_path]
    for _ in range(20):
        world.pass_time(TEN_MINUTES)
        sweep_stalled(ignore, always, ports=world.ports)
    assert world.parts() == []
    assert list(world.ports.transfers.open_transfers()) == []


def test_a_restart_that_fails_early_still_removes_the_earlier_part_file() -> None:
    world = World()
    ended = fail_half_way(world)
    world.buckets.put("outgoing", "reports/day.csv", BODY[::-1])
    partner_is_back = refuse(world, "connect", refused)
    assert fail_code(retried(world, ended)) == "source_changed"
    partner_is_back()
    del world.buckets.objects_by_bucket["outgoing"]["reports/day.csv"]
    partner_is_back = refuse(world, "connect", refused)
    assert fail_code(retried(world, ended)) == "object_not_found"
    partner_is_back()
    sweep_until_the_part_is_gone(world, ended)


def test_a_restart_that_is_cancelled_at_once_still_removes_the_earlier_part_file() -> None:
    world = World()
    ended = fail_half_way(world)
    assert ended.failure is not None
    failure = replace(ended.failure, code="size_mismatch")
    world.transfers.save(replace(ended, failure=failure))
    assert retry_transfer(ended.id, ANN, ports=world.ports).generation == 2
    cancel_transfer(ended.id, ANN, ports=world.ports)
    world.workflow.start(ended.id, 2)
    world.run()
    assert world.read(ended).status is Status.CANCELLED
    assert world.parts() == []


def test_a_restart_at_the_same_place_removes_the_earlier_part_file() -> None:
    world = World()
    ended = fail_half_way(world)
    world.buckets.put("outgoing", "reports/day.csv", BODY[::-1])
    partner_is_back = refuse(world, "connect", refused)
    assert fail_code(retried(world, ended)) == "source_changed"
    partner_is_back()
    assert retried(world, ended).status is Status.COMPLETED
    assert world.partner.files == {"/in/day.csv": bytearray(BODY[::-1])}


def test_stalled_work_is_swept_before_part_files_of_a_partner_that_is_away() -> None:
    world = World()
    world.register("dead")
    connect, asked = world.partner.connect, []

    def slow(destination: Destination, credential: Credential) -> PartnerSession:
        asked.append(destination.id)
        if destination.id == "dead":
            world.pass_time(60)
            raise ConnectionTimedOut(destination.host, destination.port, 60)
        return connect(destination, credential)

    left = [moving(world, destination_id="dead", target_path=f"{each}") for each in range(6)]
    world.partner.connect = slow  # type: ignore[method-assign, assignment]
    for each in left:
        cancel_transfer(each.id, ANN, ports=world.ports)
    world.run()
    assert all(world.read(each).status is Status.CANCELLED for each in left)
    stalled = moving(world)
    world.pass_time(world.policy.lane_due_seconds + 1)
    begun, asked[:] = world.clock, []
    sweep_stalled(ignore, lambda: world.clock - begun < timedelta(seconds=120), ports=world.ports)
    assert asked == ["dead", "dead"]  # then time was up
    assert {message.transfer_id for message in world.queue.messages} == {stalled.id}


def test_a_part_file_that_cannot_be_removed_is_tried_ever_more_rarely_and_then_reported() -> None:
    world = World()
    transfer = moving(world)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    refuse(world, "remove", lambda: PermissionDenied("/in/part", "remove"))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, world.parts()) == (Status.CANCELLED, [ended.part_path])
    told: list[tuple[str, Exception]] = []
    end = world.clock + 2 * TWO_WEEKS
    world.partner.calls.clear()
    while world.clock < end:
        world.pass_time(TEN_MINUTES)
        if world.clock < ended.updated_at + TWO_WEEKS:
            assert told == []
            with pytest.raises(DestinationInUse, match=transfer.id):
                delete_destination("acme", ADMIN, ports=world.ports)
        sweep_stalled(lambda *each: told.append(each), always, ports=world.ports)
    [(transfer_id, error)] = told
    assert transfer_id == transfer.id
    assert isinstance(error, PartAbandoned)
    assert error.path == ended.part_path
    assert 10 < world.partner.calls["refused remove"] < REMOVAL_TRIES_AT_MOST
    delete_destination("acme", ADMIN, ports=world.ports)


def test_a_part_file_is_kept_for_a_retry_as_long_as_the_policy_says() -> None:
    world = World()
    ended = fail_half_way(world)
    world.pass_time(world.policy.keep_part_seconds - 1)
    sweep_transfer(ended.id, ports=world.ports)
    assert world.parts() == [ended.part_path]
    world.pass_time(2)
    sweep_transfer(ended.id, ports=world.ports)
    assert world.parts() == []


def test_one_transfer_that_cannot_be_swept_does_not_keep_the_others_from_it() -> None:
    world = World()
    broken, stalled = world.request(BODY), world.request(BODY, target_path="other")
    until_moving(world)
    while world.workflow.advance():
        pass
    world.queue.messages.clear()
    world.pass_time(world.policy.lane_due_seconds + 1)
    read, told = world.transfers.read, []

    def reading(transfer_id: str) -> Transfer:
        if transfer_id == broken.id:
            raise RuntimeError("a row that nobody can read")
        return read(transfer_id)

    world.transfers.read = reading  # type: ignore[method-assign]
    assert sweep_stalled(lambda *each: told.append(each), always, ports=world.ports) == 2
    assert [transfer_id for transfer_id, _ in told] == [broken.id]
    assert {message.transfer_id for message in world.queue.messages} == {stalled.id}
