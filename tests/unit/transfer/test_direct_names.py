"""A direct delivery works under the target's own name. What has that name may be another file."""

import pytest

from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    breaking_every,
    broken,
    direct_world,
    fail_code,
    retried,
    sweep_all,
    until_planned,
)

THEIRS = b"of somebody else"
NUMBERED = "/in/day (1).csv"


def half_way(world: World, **wish: object) -> Transfer:
    """Its half file has the target's name, and its lane waits for another try."""
    transfer = world.request(BODY, **wish)
    until_planned(world)
    world.calls.fail("sink.write", broken, after=3)
    world.drive_lane()
    assert 0 < len(world.partner.files[TARGET]) < len(BODY)
    return transfer


def paused_half_way(world: World) -> Transfer:
    transfer = world.request(BODY)
    until_planned(world)
    pause = lambda: pause_transfer(transfer.id, ANN, ports=world.ports)  # noqa: E731
    world.calls.before("ledger.finish", pause, 2)
    world.drive_lane()
    assert 0 < len(world.partner.files[TARGET]) < len(BODY)
    return transfer


def theirs_comes(world: World) -> None:
    """Another file gets the name, as when the partner or another transfer puts one there."""
    world.partner.files[TARGET] = bytearray(THEIRS)


def test_a_delivered_file_that_takes_the_name_of_a_half_one_stays() -> None:
    """The partner took the half file away, so its name was free again."""
    world = direct_world()
    world.partner.files[TARGET] = bytearray(THEIRS)
    transfer = world.request(BODY, if_exists=IfExists.KEEP_BOTH)
    until_planned(world)
    world.calls.fail("sink.write", broken, after=2)
    world.drive_lane()
    del world.partner.files[NUMBERED]
    world.run()
    assert_completed(world, transfer, path=NUMBERED)
    assert world.read(transfer).tidy


@pytest.mark.parametrize("act", [pause_transfer, None])
def test_a_file_that_came_in_the_place_of_a_half_one_survives_the_cancel(act: object) -> None:
    world = direct_world()
    transfer = paused_half_way(world) if act else half_way(world)
    theirs_comes(world)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.CANCELLED
    assert bytes(world.partner.files[TARGET]) == THEIRS


def test_a_file_that_came_in_the_place_of_a_half_one_survives_the_failure() -> None:
    world = direct_world()
    breaking_every(world, 2 * CHUNK_BYTES)
    world.calls.before("workflow.fail", lambda: theirs_comes(world))
    transfer = world.request(BODY)
    world.run()
    assert world.read(transfer).status is Status.FAILED
    assert bytes(world.partner.files[TARGET]) == THEIRS


def test_a_file_that_came_in_the_place_of_a_half_one_is_not_written_over() -> None:
    world = direct_world()
    transfer = paused_half_way(world)
    theirs_comes(world)
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_exists")
    assert bytes(world.partner.files[TARGET]) == THEIRS


def test_a_link_in_the_place_of_a_half_file_is_neither_followed_nor_removed() -> None:
    world = direct_world()
    transfer = paused_half_way(world)
    world.partner.links.add(TARGET)
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_not_a_file")
    assert world.calls.counts["partner.remove"] == 0


@pytest.mark.parametrize(("minutes", "goes"), [(1, True), (10, False)])
def test_a_half_file_that_nothing_tells_of_is_ours_for_some_minutes(
    minutes: int, goes: bool
) -> None:
    """As after a crash before the first checkpoint."""
    world = direct_world()
    transfer = world.request(BODY)
    until_planned(world)
    world.calls.fail("sink.write", broken)
    world.drive_lane()
    world.partner.files[TARGET] = bytearray(BODY[:10])
    world.pass_time(60 * minutes)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.partner.files == ({} if goes else {TARGET: bytearray(BODY[:10])})


def test_a_larger_file_of_somebody_else_is_known_by_its_size() -> None:
    world = direct_world()
    transfer = paused_half_way(world)
    world.partner.readable = False
    world.partner.files[TARGET] = bytearray(BODY + THEIRS)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert bytes(world.partner.files[TARGET]) == BODY + THEIRS


def test_a_half_file_goes_when_its_transfer_is_cancelled() -> None:
    world = direct_world()
    transfer = paused_half_way(world)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.partner.files == {}


def test_a_resumed_delivery_goes_on_over_its_own_half_file() -> None:
    world = direct_world()
    transfer = paused_half_way(world)
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_a_retry_does_not_take_another_file_for_its_half_one() -> None:
    """The clean-up could not log in, so the half file is still on record."""
    world = direct_world()
    half = half_way(world)
    away = world.calls.refuse("partner.connect", broken)
    world.run()
    away.end()
    assert world.read(half).status is Status.FAILED
    theirs_comes(world)
    again = retried(world, half)
    assert (again.status, fail_code(again)) == (Status.FAILED, "target_exists")
    assert bytes(world.partner.files[TARGET]) == THEIRS
    sweep_all(world)
    assert bytes(world.partner.files[TARGET]) == THEIRS


def test_a_clean_up_whose_connection_breaks_is_tried_again() -> None:
    world = direct_world()
    transfer = paused_half_way(world)
    world.calls.fail("partner.remove", broken)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.CANCELLED
    assert world.partner.files == {}


def test_a_file_created_while_its_transfer_is_cancelled_does_not_stay() -> None:
    world = direct_world()
    transfer = world.request(BODY)
    until_planned(world)
    cancel = lambda: cancel_transfer(transfer.id, ANN, ports=world.ports)  # noqa: E731
    world.calls.before("partner.create_file", cancel)
    world.drive_lane()
    world.run()
    assert world.read(transfer).status is Status.CANCELLED
    assert world.partner.files == {}


def test_a_proved_file_is_completed_although_its_partner_is_away() -> None:
    """It has its name, so nothing is left to do there."""
    world = direct_world()
    transfer = world.request(BODY)
    until_planned(world)
    world.calls.before_each("partner.look", lambda: _away_once_whole(world))
    world.run()
    assert_completed(world, transfer)


def _away_once_whole(world: World) -> None:
    if world.calls.counts["sink.close"] and world.calls.counts["partner.look"] > 2:
        raise ConnectionLost("sftp.acme.example", 22, "reset")


def test_a_file_that_came_while_ours_was_not_created_yet_is_theirs() -> None:
    """Its worker died between the mark and the creation."""
    for size in (0, 5):
        world = direct_world()
        transfer = world.request(BODY)
        until_planned(world)
        world.calls.fail("partner.create_file", broken)
        world.drive_lane()
        world.partner.files[TARGET] = bytearray(size)
        world.partner.shows_sizes = size > 0
        cancel_transfer(transfer.id, ANN, ports=world.ports)
        world.run()
        assert world.partner.files == {TARGET: bytearray(size)}
