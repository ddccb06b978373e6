"""Leases live on while something takes long, and nobody takes the work for dead."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    assert_each_byte_once,
    fail_code,
    turn_of,
    until_moving,
    until_planned,
    until_state,
    watch_writes,
)

LOGIN_STEPS, STEP_SECONDS = 6, 60.0


def slowly(
    world: World, transfer: Transfer, seconds: float, look: Callable[[], object]
) -> Callable[[], None]:
    """While somebody waits, time passes, the sweeper comes, and other lanes try to work."""

    def wait() -> None:
        for _ in range(LOGIN_STEPS):
            world.pass_time(seconds / LOGIN_STEPS)
            sweep_transfer(transfer.id, ports=world.ports)
            look()
            if world.queue.messages:
                world.drive_lane()

    return wait


def require_leased(world: World, transfer: Transfer, message: LaneMessage, *, chunk: bool) -> None:
    """That turn still has all its leases, and nobody else takes them."""
    ledger, worker = world.read(transfer).ledger, f"worker-{message.lane}-{message.turn}"
    [lane] = [each for each in world.ports.lanes.lanes(ledger) if each.number == message.lane]
    assert (lane.turn, lane.worker) == (message.turn, worker)
    holder = f"{transfer.id}/{ledger.generation}/lane-{message.lane}"
    slots: Any = world.ports.slots
    [slot] = [each for each in slots.rows.values() if each.holder == holder]
    open_leases = world.ports.ledger.open_leases(ledger)
    held = [each.until for each in open_leases if each.worker == worker]
    assert len(held) == chunk
    assert min([lane.until, slot.until, *held]) > world.clock


@pytest.mark.parametrize(
    ("call", "chunk"),
    [
        ("partner.connect", False),
        ("partner.open_part", False),
        ("partner.create_file", False),
        ("source.read", True),
        ("sink.write", True),
        ("sink.flush", True),
    ],
)
@pytest.mark.parametrize("max_sessions", [2, 4])
def test_a_slow_call_keeps_lane_slot_and_chunk_leased_and_sessions_within_their_limit(
    call: str, chunk: bool, max_sessions: int
) -> None:
    """Six steps take a minute each, which is four times as long as a lease."""
    world = World()
    world.register("slow", max_sessions=max_sessions)
    transfer = world.request(BODY, destination_id="slow")
    creates = call == "partner.create_file"
    (until_planned if creates else until_moving)(world)
    [first, *_] = world.queue.messages
    writes = watch_writes(world)

    def look() -> None:
        require_leased(world, transfer, first, chunk=chunk)
        assert world.partner.open_sessions <= max_sessions - 1

    waited = world.calls.before(call, slowly(world, transfer, LOGIN_STEPS * STEP_SECONDS, look))
    world.run()
    assert waited()
    assert world.partner.most_sessions <= max_sessions - 1
    assert_each_byte_once(writes, len(BODY))
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.attempts == receipt.chunks
    assert world.calls.beats_broken == []


def test_a_slow_read_back_keeps_its_chunk_leased() -> None:
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    wait = slowly(world, transfer, LOGIN_STEPS * STEP_SECONDS, lambda: None)
    waited = world.calls.before("reader.read", wait, number=3)
    world.run()
    assert waited()
    assert world.ports.ledger.progress(world.read(transfer).ledger.proof).attempts == 7
    assert_completed(world, transfer)


@pytest.mark.parametrize("call", ["partner.connect", "partner.look", "partner.rename"])
def test_a_slow_step_keeps_its_session_and_its_turn(call: str) -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    lost: list[bool] = []

    def look() -> None:
        until = world.clock + timedelta(seconds=world.policy.lease_seconds)
        taken = world.ports.slots.take(f"transfer/{transfer.id}", 1, "rival", world.clock, until)
        lost.append(taken is not None)

    waited = world.calls.before(call, slowly(world, transfer, 360.0, look))
    world.run()
    assert waited()
    assert lost == [False] * LOGIN_STEPS
    assert world.calls.counts["partner.rename"] == 1
    assert_completed(world, transfer)


def test_a_lane_that_hands_over_without_a_byte_is_no_headway_and_comes_to_an_end() -> None:
    """Each login takes all of its worker's time."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.cost["partner.connect"] = 200.0
    while world.queue.messages:
        world.drive_lane(remaining=turn_of(world, 300))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "no_headway")
    assert world.partner.files == {}
    assert max(world.queue.delays) > 0


def test_a_lane_that_moves_little_in_each_turn_comes_through() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.cost |= {"partner.connect": 100.0, "sink.write": 30.0}
    while world.queue.messages:
        world.drive_lane(remaining=turn_of(world, 300))
    world.run()
    assert_completed(world, transfer)


def test_a_worker_that_hangs_to_its_end_loses_nothing_that_was_acknowledged() -> None:
    """The last beat closes its session, so that its chunk is given back in time."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    writes = watch_writes(world)
    world.calls.slow("sink.write", 880.0, number=3)
    remaining = turn_of(world, 900)
    world.drive_lane(remaining=remaining)
    assert remaining() > 0
    assert world.ports.ledger.progress(world.read(transfer).ledger).chunks_done == 1
    assert all(each.worker == "" for each in world.ports.ledger.open_leases(transfer.ledger))
    world.run()
    assert_each_byte_once(writes, len(BODY))
    assert_completed(world, transfer)
