"""Each part file at the partner is removed in the end or reported by name, whatever fails."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.errors import (
    ConnectionRefused,
    ConnectionTimedOut,
    DestinationInUse,
    PartAbandoned,
    PermissionDenied,
)
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.manage_destinations import delete_destination
from services.transfer.use_cases.steer_transfer import cancel_transfer
from services.transfer.use_cases.sweep_stalled import sweep_stalled
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    fail_code,
    fail_half_way,
    retried,
    retry,
    until_moving,
)

TEN_MINUTES = 600
TWO_WEEKS = timedelta(days=14)  # after that nobody tries any more
REMOVAL_TRIES_AT_MOST = 60  # in the two weeks, because the tries come ever more rarely


def ignore(transfer_id: str, error: Exception) -> None:
    raise AssertionError(f"{transfer_id} was not swept") from error


def always() -> bool:
    return True


def refused() -> Exception:
    return ConnectionRefused("sftp.acme.example", 22)


def moving(world: World, **wish: str) -> Transfer:
    """A moving transfer that nobody works for, because its messages got lost."""
    transfer = world.request(BODY, **wish)
    until_moving(world)
    world.queue.messages.clear()
    return transfer


def sweep_until_the_part_is_gone(world: World, transfer: Transfer) -> None:
    """Sweeps until the part file of this failed transfer is gone."""
    assert world.parts() == [transfer.known_part.path]
    for _ in range(20):
        world.pass_time(TEN_MINUTES)
        sweep_stalled(ignore, always, ports=world.ports)
    assert world.parts() == []
    assert list(world.ports.transfers.open_transfers()) == []


def test_a_restart_that_fails_early_still_removes_the_earlier_part_file() -> None:
    world = World()
    ended = fail_half_way(world)
    world.buckets.put("outgoing", "reports/day.csv", BODY[::-1])
    away = world.calls.refuse("partner.connect", refused)
    assert fail_code(retried(world, ended)) == "source_changed"
    away.end()
    del world.buckets.objects_by_bucket["outgoing"]["reports/day.csv"]
    away = world.calls.refuse("partner.connect", refused)
    assert fail_code(retried(world, ended)) == "object_not_found"
    away.end()
    sweep_until_the_part_is_gone(world, ended)


def test_a_restart_that_is_cancelled_at_once_still_removes_the_earlier_part_file() -> None:
    world = World()
    ended = fail_half_way(world)
    assert ended.failure is not None
    failure = replace(ended.failure, code="size_mismatch")
    world.transfers.save(replace(ended, failure=failure))
    again = retry(world, ended)
    assert (again.part, again.leftovers) == (None, (ended.known_part,))
    cancel_transfer(ended.id, ANN, ports=world.ports)
    world.run()
    assert world.read(ended).status is Status.CANCELLED
    assert world.parts() == []
    assert world.read(ended).tidy


def test_a_restart_at_the_same_place_removes_the_earlier_part_file() -> None:
    world = World()
    ended = fail_half_way(world)
    world.buckets.put("outgoing", "reports/day.csv", BODY[::-1])
    away = world.calls.refuse("partner.connect", refused)
    assert fail_code(retried(world, ended)) == "source_changed"
    away.end()
    assert_completed(world, retried(world, ended), BODY[::-1])
    assert list(world.partner.files) == [TARGET]


def test_stalled_work_is_swept_before_part_files_of_a_partner_that_is_away() -> None:
    world = World()
    world.register("dead")
    left = [moving(world, destination_id="dead", target_path=f"{each}") for each in range(6)]

    def timed_out() -> Exception:
        world.pass_time(60)
        return ConnectionTimedOut("sftp.acme.example", 22, 60)

    away = world.calls.refuse("partner.connect", timed_out)
    for each in left:
        cancel_transfer(each.id, ANN, ports=world.ports)
    world.run()
    assert all(world.read(each).status is Status.CANCELLED for each in left)
    away.end()
    stalled = moving(world)
    away = world.calls.refuse("partner.connect", timed_out)
    world.pass_time(world.policy.lane_due_seconds + 1)
    begun = world.clock
    sweep_stalled(ignore, lambda: world.clock - begun < timedelta(seconds=120), ports=world.ports)
    assert away.met == 2  # then time was up
    assert {message.transfer_id for message in world.queue.messages} == {stalled.id}


def test_a_part_file_that_cannot_be_removed_is_tried_ever_more_rarely_and_then_reported() -> None:
    world = World()
    transfer = moving(world)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    refused = world.calls.refuse("partner.remove", PermissionDenied("/in/part", "remove"))
    world.run()
    ended = world.read(transfer)
    [path] = ended.left_behind
    assert (ended.status, world.parts()) == (Status.CANCELLED, [path])
    told: list[tuple[str, Exception]] = []
    end = world.clock + 2 * TWO_WEEKS
    before = refused.met
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
    assert error.path == path
    assert 10 < refused.met - before < REMOVAL_TRIES_AT_MOST
    delete_destination("acme", ADMIN, ports=world.ports)


def test_a_part_file_is_kept_for_a_retry_as_long_as_the_policy_says() -> None:
    world = World()
    ended = fail_half_way(world)
    world.pass_time(world.policy.keep_part_seconds - 1)
    sweep_transfer(ended.id, ports=world.ports)
    assert world.parts() == [ended.known_part.path]
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
    told: list[tuple[str, Exception]] = []
    world.calls.fail("transfers.read", RuntimeError("a row that nobody can read"))
    assert sweep_stalled(lambda *each: told.append(each), always, ports=world.ports) == 2
    assert [transfer_id for transfer_id, _ in told] == [broken.id]
    assert {message.transfer_id for message in world.queue.messages} == {stalled.id}
