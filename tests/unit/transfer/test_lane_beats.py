"""A lane's beats show its progress, and notice changes for a worker that waits."""

import json
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from services.transfer.domain.errors import NoSpace
from services.transfer.domain.failure import Failure
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain_services.fail_transfer import fail_transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from services.transfer.domain_services.queue_lanes import send_turn
from services.transfer.use_cases.steer_transfer import pause_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    broken,
    content,
    fail_code,
    one_large_chunk,
    retry,
    turn_of,
    until_moving,
)

BLOCKS = 4
LARGE = content(BLOCKS * READ_BYTES)


def moving(world: World, body: bytes = BODY, **wish: object) -> Transfer:
    transfer = world.request(body, **wish)
    until_moving(world)
    return transfer


def large(world: World, verify: Verify = Verify.CHECKSUM) -> Transfer:
    """One lane is about to move one chunk of several blocks."""
    one_large_chunk(world, len(LARGE))
    return moving(world, LARGE, verify=verify)


def in_flight(world: World, transfer: Transfer) -> list[int]:
    lanes = world.ports.lanes.lanes(world.read(transfer).ledger)
    return [lane.bytes_in_flight for lane in lanes]


def told(world: World) -> list[dict[str, Any]]:
    progressed = [each for each in world.bus.taken if "Progressed" in each.detail_type]
    return [json.loads(each.detail) for each in progressed]


def test_a_beat_shows_how_far_an_unfinished_chunk_has_come() -> None:
    world = World()
    transfer = large(world)
    seen: list[tuple[list[int], int]] = []

    def look() -> None:
        world.pass_time(2)
        seen.append((in_flight(world, transfer), told(world)[-1]["data"]["bytes_done"]))

    for number in range(1, BLOCKS + 1):
        world.calls.before("sink.write", look, number)
    world.drive_lane()
    assert seen == [([each * READ_BYTES], each * READ_BYTES) for each in range(BLOCKS)]


def test_progress_is_done_chunks_and_what_all_lanes_have_in_flight() -> None:
    world = World()
    transfer = moving(world)
    shown: list[tuple[int, int]] = []

    def look() -> None:
        world.pass_time(2)
        data = told(world)[-1]["data"]
        done = world.ports.ledger.progress(world.read(transfer).ledger).bytes_done
        shown.append((data["bytes_done"], done))
        assert (data["chunks"], data["lanes"]) == (7, 1)

    for number in range(1, 8):
        world.calls.before("sink.write", look, number)
    world.drive_lane()
    durable = [0, *range(6)]  # the chunk before becomes durable while the next one is written
    assert shown == [(each * CHUNK_BYTES, durable[each] * CHUNK_BYTES) for each in range(7)]


def test_a_done_chunk_is_not_in_flight_as_well() -> None:
    world = World()
    transfer = moving(world)
    seen: list[list[int]] = []
    world.calls.before("sink.write", lambda: seen.append(in_flight(world, transfer)), number=2)
    world.calls.slow("sink.write", 3)
    world.drive_lane()
    assert seen == [[0, 0, 0]]


def test_what_is_read_back_is_not_shown_as_in_flight() -> None:
    world = World()
    transfer = large(world, Verify.READBACK)
    seen: list[list[int]] = []

    def look() -> None:
        world.pass_time(2)
        seen.append(in_flight(world, transfer))

    world.calls.before("reader.read", look, 5)
    world.drive_lane()
    assert seen == [[0]]


def test_two_lanes_at_work_tell_progress_once_a_second() -> None:
    world = World()
    moving(world)
    at: list[datetime] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "bus.publish" and "Progressed" in arguments[0][0].detail_type:
            at.append(world.clock)

    world.calls.observers.append(observe)

    def second() -> None:
        world.calls.slow("sink.write", 20)
        world.drive_lane()

    world.calls.before("sink.write", second)
    world.drive_lane()
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(at)]
    assert min(gaps) >= 1
    assert len(gaps) >= 20 / 2


def lose_lane(world: World, transfer: Transfer) -> None:
    [lane] = [
        each
        for each in world.ports.lanes.lanes(world.read(transfer).ledger)
        if each.worker is not None
    ]
    send_turn(lane, 0, ports=world.ports)
    world.pass_time(2)


def calls_after(world: World, call: str, number: int, act: Any) -> list[int]:  # noqa: ANN401
    """How often `call` had happened when `act` was done, just before the `number`th."""
    seen: list[int] = []

    def look() -> None:
        act()
        seen.append(world.calls.counts[call])

    world.calls.before(call, look, number)
    return seen


def test_a_lane_that_was_lost_while_it_reads_the_source_again_stops_reading() -> None:
    world = World()
    transfer = large(world, Verify.REREAD)
    lost = calls_after(world, "source.read", BLOCKS + 2, lambda: lose_lane(world, transfer))
    world.drive_lane()
    assert lost == [world.calls.counts["source.read"]]
    world.run()
    assert_completed(world, transfer, LARGE)


def test_a_lane_that_was_lost_while_it_reads_back_what_was_ahead_stops_reading() -> None:
    world = World()
    transfer = large(world)
    world.calls.fail("sink.write", broken, after=3)
    world.drive_lane()
    lost = calls_after(world, "reader.read", 5, lambda: lose_lane(world, transfer))
    world.drive_lane()
    assert lost == [world.calls.counts["reader.read"]]
    world.run()
    assert_completed(world, transfer, LARGE)


def test_a_lane_that_was_lost_while_it_proves_a_chunk_stops_reading() -> None:
    world = World()
    transfer = large(world, Verify.READBACK)
    lost = calls_after(world, "reader.read", 5, lambda: lose_lane(world, transfer))
    world.drive_lane()
    assert lost == [world.calls.counts["reader.read"]]
    world.run()
    assert_completed(world, transfer, LARGE)


def test_a_waiting_lane_loses_its_session_when_its_transfer_begins_anew() -> None:
    world = World()
    transfer = moving(world)
    sessions: list[int] = []

    def begin_anew() -> None:
        fail_transfer(RunId(transfer.id, 1), Failure.of(NoSpace("/in", 0)), ports=world.ports)
        world.queue.messages.clear()
        world.run()
        retry(world, transfer)
        until_moving(world)
        sessions.append(world.partner.open_sessions)
        world.pass_time(2)
        sessions.append(world.partner.open_sessions)

    world.calls.before("sink.write", begin_anew)
    world.drive_lane()
    assert sessions == [1, 0]
    assert world.read(transfer).generation == 2
    world.run()
    assert_completed(world, transfer)


def test_a_chunk_of_which_nothing_was_read_in_time_is_no_headway() -> None:
    """The chunk was claimed and given back as it was. If that counted as headway, such turns would
    follow each other for ever."""
    world = World()
    transfer = large(world)
    world.calls.cost["source.read"] = 200.0
    while world.queue.messages:
        world.drive_lane(remaining=turn_of(world, 250))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "no_headway")


@pytest.mark.parametrize("pause", [True, False])
def test_a_pause_brings_a_chunk_to_a_checkpoint_at_the_next_block(pause: bool) -> None:
    world = World()
    transfer = large(world)

    def act() -> None:
        if pause:
            pause_transfer(transfer.id, ANN, ports=world.ports)
        world.pass_time(2)

    world.calls.before("sink.write", act, number=2)
    world.drive_lane()
    assert world.calls.counts["sink.write"] == (2 if pause else BLOCKS)
