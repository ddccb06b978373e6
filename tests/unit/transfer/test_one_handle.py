"""A server that opens no file twice gets each file through one handle. What is lost there is sent
from its beginning, under another name, and not for ever."""

from dataclasses import replace

import pytest

from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import pause_transfer, resume_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    fail_code,
    retried,
    turn_of,
    until_planned,
)
from tests.unit.transfer.every_call import Scene, frozen_turns, killed_turns
from tests.unit.transfer.steps import sweep

pytestmark = pytest.mark.slow  # a turn for each call of a transfer

VERIFIES = pytest.mark.parametrize("verify", list(Verify))
MANY = 60  # states and turns; more than a transfer with all its failures takes


def odd(**wish: object) -> Scene:
    def scene() -> tuple[World, Transfer]:
        world = World()
        world.partner.reopens = False
        world.register("odd")
        transfer = world.request(BODY, destination_id="odd", **wish)
        until_planned(world)
        return world, transfer

    return scene


@VERIFIES
def test_it_is_written_in_one_go_and_read_as_often_as_wanted(verify: Verify) -> None:
    world, transfer = odd(verify=verify)()
    world.run()
    assert_completed(world, transfer)
    assert world.calls.counts["partner.create_file"] == 1
    assert world.calls.counts["partner.open_part"] == 0


@VERIFIES
def test_wherever_its_worker_dies_the_file_arrives_once_and_whole(verify: Verify) -> None:
    for world, transfer in killed_turns(odd(verify=verify), delivered_again=False):
        sweep(world, transfer)
        assert_completed(world, transfer)
        assert set(world.partner.files) == {TARGET}
        assert world.read(transfer).tidy


def test_a_server_that_drops_what_was_not_closed_gets_it_whole_wherever_its_worker_dies() -> None:
    """As ProFTPD does with HiddenStores and DeleteAbortedStores."""

    def scene() -> tuple[World, Transfer]:
        world, transfer = odd()()
        world.partner.drops_unclosed = True
        return world, transfer

    for world, transfer in killed_turns(scene, delivered_again=False):
        sweep(world, transfer)
        assert_completed(world, transfer)
        assert world.read(transfer).tidy


def test_a_close_that_nobody_answered_counts_for_nothing() -> None:
    world, transfer = odd()()
    world.partner.drops_unclosed = True
    world.calls.fail("sink.close", broken)
    world.run(turns=MANY)
    assert_completed(world, transfer)
    assert world.read(transfer).generation == 2


def test_wherever_its_worker_falls_asleep_the_file_arrives_once_and_whole() -> None:
    for world, transfer, asleep in frozen_turns(odd()):
        world.calls.overdue_beats_first = False
        asleep.frozen = False
        asleep.finish()
        sweep(world, transfer)
        assert_completed(world, transfer)
        assert set(world.partner.files) == {TARGET}
        assert world.read(transfer).tidy


def test_reading_back_may_take_several_turns_and_sends_nothing_anew() -> None:
    world, transfer = odd(verify=Verify.READBACK)()
    world.calls.cost["reader.read"] = 50.0
    for _ in range(MANY):
        if not world.workflow.advance() and not world.drive_lane(remaining=turn_of(world, 250)):
            break
    assert_completed(world, transfer)
    assert world.calls.counts["partner.create_file"] == 1


@pytest.mark.parametrize("verify", [Verify.CHECKSUM, Verify.READBACK])
def test_damaged_content_is_sent_once_more_and_then_told(verify: Verify) -> None:
    world, transfer = odd(verify=verify)()

    def damage() -> None:
        for content in world.partner.files.values():
            content[7] = BODY[7] ^ 0xFF

    world.calls.before_each("partner.open_reader", damage)
    world.run(turns=MANY)
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_damaged")
    assert world.calls.counts["partner.create_file"] == 2
    assert world.partner.files == {}


def test_content_that_was_damaged_once_arrives_whole() -> None:
    world, transfer = odd(verify=Verify.READBACK)()

    def damage() -> None:
        [part] = world.parts()
        world.partner.files[part][7] ^= 0xFF

    damaged = world.calls.before("partner.open_reader", damage)
    world.run(turns=MANY)
    assert damaged()
    assert_completed(world, transfer)


def test_a_pause_near_the_end_of_its_time_is_a_pause() -> None:
    world, transfer = odd()()
    world.calls.cost["sink.write"] = 10.0
    pause = lambda: pause_transfer(transfer.id, ANN, ports=world.ports)  # noqa: E731
    world.calls.before("sink.write", pause, 3)
    world.drive_lane(remaining=turn_of(world, 2 * world.policy.hand_over_seconds + 25))
    world.run()
    assert world.read(transfer).status is Status.PAUSED
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_a_retry_sends_it_anew() -> None:
    world, transfer = odd()()
    refused = world.calls.refuse("sink.write", broken, after=2)
    world.run(turns=MANY)
    refused.end()
    assert world.read(transfer).status is Status.FAILED
    retried(world, transfer)
    assert_completed(world, transfer)


def test_a_file_that_has_become_too_long_for_one_go_is_told_and_not_sent_anew() -> None:
    world, transfer = odd()()
    world.calls.fail("sink.write", broken, after=2)
    world.ports = replace(world.ports, policy=replace(world.policy, one_handle_bytes=len(BODY) - 1))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "too_long_for_one_handle")
    assert world.partner.files == {}
