"""Where a file cannot be opened again, every loss begins it anew, and not for ever."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import WriteRefused
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Method
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    breaking_every,
    broken,
    fail_code,
    turn_of,
    until_planned,
)

HALF = len(BODY) // 2


def in_one_handle(world: World, **wish: object) -> Transfer:
    """A transfer to a server that opens no file again. Its first lane is about to begin."""
    world.partner.reopens = False
    world.register("once")
    transfer = world.request(BODY, destination_id="once", **wish)
    until_planned(world)
    assert world.read(transfer).known_strategy.method is Method.ONE_HANDLE
    return transfer


def straight(world: World, **wish: object) -> Transfer:
    """A transfer straight to the target's name."""
    world.register("straight", delivery=Delivery.DIRECT)
    transfer = world.request(BODY, destination_id="straight", **wish)
    until_planned(world)
    return transfer


WAYS = [in_one_handle, straight]
Way = Callable[[World], Transfer]


def until_ended(world: World, transfer: Transfer) -> Transfer:
    """The sweeper comes again and again, also after the lifetime of every maker of a file."""
    for _ in range(30):
        world.run()
        world.pass_time(world.policy.lane_due_seconds + 61)
        sweep_transfer(transfer.id, ports=world.ports)
    return world.read(transfer)


@pytest.mark.parametrize("way", WAYS)
def test_a_file_is_written_to_its_end_through_one_handle(way: Way) -> None:
    world = World()
    transfer = way(world)
    world.run()
    assert_completed(world, transfer)
    assert world.calls.counts["partner.create_file"] == 1
    assert world.calls.counts["partner.open_part"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_loss_half_way_begins_anew_and_leaves_nothing(way: Way) -> None:
    world = World()
    transfer = way(world)
    lost = world.calls.fail("sink.write", broken, after=3)
    world.run()
    assert lost()
    assert_completed(world, transfer)
    assert list(world.partner.files) == [TARGET]
    assert world.calls.counts["partner.create_file"] == 2


@pytest.mark.parametrize("way", WAYS)
def test_a_line_that_always_breaks_half_way_is_not_tried_for_ever(way: Way) -> None:
    world = World()
    transfer = way(world)
    breaking_every(world, HALF)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "connection_lost")
    assert world.calls.counts["partner.create_file"] == world.policy.retry.max_failures
    until_ended(world, transfer)
    assert world.partner.files == {}
    assert world.read(transfer).tidy


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", ["sink.write", "ledger.finish", "transfers.save"])
def test_workers_that_always_die_over_it_come_to_an_end(way: Way, call: str) -> None:
    """Each message comes back once its dead worker's lease is over."""
    world = World()
    transfer = way(world)
    deaths = 0
    while world.queue.messages and deaths < 30:
        message = world.queue.messages[0]
        world.queue.messages.popleft()
        world.calls.kill(call, 2)
        try:
            world.drive_lane(message)
        except Killed:
            deaths += 1
            world.pass_time(world.policy.lease_seconds + 1)
            world.queue.messages.append(message)
        world.calls.forget()
    assert deaths < 30
    ended = until_ended(world, transfer)
    assert ended.status is Status.FAILED
    assert fail_code(ended) == "lane_crashed"
    assert world.parts() == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "call", ["ledger.open", "lanes.queue", "queue.send", "lanes.end", "transfers.save"]
)
def test_a_worker_that_dies_as_it_begins_anew_keeps_nobody_waiting_for_ever(
    way: Way, call: str
) -> None:
    world = World()
    transfer = way(world)

    def lose_and_die() -> None:
        world.calls.kill(call)
        raise broken()

    world.calls.before("sink.write", lose_and_die, number=3)
    with pytest.raises(Killed):
        world.run()
    until_ended(world, transfer)
    assert_completed(world, transfer)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", ["transfers.save", "destinations.read", "lanes.end"])
def test_a_cancel_while_it_begins_anew_is_seen(way: Way, call: str) -> None:
    world = World()
    transfer = way(world)

    def lose_and_cancel() -> None:
        world.calls.before(call, lambda: cancel_transfer(transfer.id, ANN, ports=world.ports))
        raise broken()

    world.calls.before("sink.write", lose_and_cancel, number=3)
    world.run()
    assert until_ended(world, transfer).status is Status.CANCELLED
    assert world.partner.files == {}


@pytest.mark.parametrize("way", WAYS)
def test_a_pause_costs_the_file_and_is_no_failure(way: Way) -> None:
    world = World()
    transfer = way(world)
    for pauses in range(2 * world.policy.retry.max_failures):
        world.calls.before(
            "ledger.finish", lambda: pause_transfer(transfer.id, ANN, ports=world.ports)
        )
        world.run()
        paused = world.read(transfer)
        assert (paused.status, paused.failure) == (Status.PAUSED, None), pauses
        resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)
    assert list(world.partner.files) == [TARGET]


@pytest.mark.parametrize("way", WAYS)
def test_a_file_for_which_one_turn_is_too_short_is_given_up_with_the_reason(way: Way) -> None:
    world = World()
    transfer = way(world)
    world.calls.cost["sink.write"] = 100.0
    while world.queue.messages:
        world.drive_lane(remaining=turn_of(world, 300))
    world.calls.cost.clear()
    ended = until_ended(world, transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "out_of_time")
    assert world.partner.files == {}


@pytest.mark.parametrize("way", WAYS)
def test_a_partner_that_hangs_to_the_end_of_every_turn_is_given_up(way: Way) -> None:
    world = World()
    transfer = way(world)
    turns = 0
    while world.queue.messages and turns < 30:
        turns += 1
        world.calls.slow("sink.write", 880.0, number=3)
        world.drive_lane(remaining=turn_of(world, 900))
        world.calls.forget()
    assert turns == world.policy.retry.max_failures
    assert until_ended(world, transfer).status is Status.FAILED
    assert world.partner.files == {}


def test_a_file_that_was_lost_to_a_close_is_sent_anew() -> None:
    world = World()
    transfer = in_one_handle(world)
    lost = world.calls.fail("sink.close", WriteRefused(TARGET, "write to", "quota"))
    world.run()
    assert lost()
    assert_completed(world, transfer)


def test_a_direct_file_never_takes_the_place_of_one_that_came_meanwhile() -> None:
    world = World()
    transfer = straight(world)
    world.calls.before(
        "partner.create_file",
        lambda: world.partner.files.setdefault(TARGET, bytearray(b"theirs")),
    )
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_exists")
    until_ended(world, transfer)
    assert world.partner.files == {TARGET: bytearray(b"theirs")}


def test_a_large_file_for_one_handle_is_refused_before_its_first_byte() -> None:
    world = World()
    world.ports = replace(world.ports, policy=replace(world.policy, one_handle_bytes=HALF))
    world.partner.reopens = False
    world.register("once")
    transfer = world.request(BODY, destination_id="once")
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "too_long_for_one_handle")
    assert world.partner.calls["connect"] == 0
