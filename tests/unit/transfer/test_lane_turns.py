"""What one turn of a lane holds, when its message comes back, and what it leaves to the next."""

from datetime import timedelta
from typing import Any

import pytest

from services.transfer.domain.lane import Lane, LaneMessage
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from services.transfer.domain_services.queue_lanes import report_moved, send_turn
from services.transfer.domain_services.worker import VISIBILITY_SLACK_SECONDS
from services.transfer.use_cases.steer_transfer import pause_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    broken,
    content,
    drive_first_lane,
    fail_code,
    fail_half_way,
    lane_zero,
    one_large_chunk,
    retry,
    some_chunks,
    sweep_all,
    turn_of,
    until_moving,
)

LARGE = content(4 * READ_BYTES)


def slots(world: World) -> list[Any]:
    held: Any = world.ports.slots
    return list(held.rows.values())


def moving(world: World, body: bytes = BODY, **wish: object) -> Transfer:
    transfer = world.request(body, **wish)
    until_moving(world)
    return transfer


def test_a_message_stays_away_a_little_longer_than_the_leases_of_whoever_received_it() -> None:
    """That is so before the worker holds anything. So whoever receives the message later can take
    everything over at once."""
    world = World()
    transfer = moving(world)
    told: list[str] = []
    seen: list[float] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        told.append(name)
        if name == "message.extend":
            back = world.clock + timedelta(seconds=arguments[0])
            seen.append((back - lane_zero(world, transfer).until).total_seconds())

    world.calls.observers.append(observe)
    world.calls.slow("sink.write", 2.5 * world.policy.lease_seconds)
    drive_first_lane(world)
    assert told.index("message.extend") < told.index("slots.take")
    assert len(seen) >= 2.5 * 2
    assert all(0 < slack <= VISIBILITY_SLACK_SECONDS + 1 for slack in seen)


def test_what_is_held_is_renewed_when_a_third_of_its_time_is_over_and_not_at_each_beat() -> None:
    world = World()
    moving(world)
    before, renewed = (world.calls.counts[each] for each in ("message.extend", "slots.renew"))
    world.calls.slow("sink.write", 2 * world.policy.lease_seconds)
    drive_first_lane(world)
    third = 2 * 3
    assert third - 1 <= world.calls.counts["message.extend"] - before - 1 <= third
    assert third - 1 <= world.calls.counts["slots.renew"] - renewed <= third
    assert third - 1 <= world.calls.counts["ledger.renew"] <= third


def test_all_leases_of_a_turn_last_from_its_beginning_for_one_lease() -> None:
    """If a lease were over at its birth, anybody could take it. If it were longer, nobody could
    take it over in time."""
    world = World()
    transfer = moving(world)
    begun, lease = world.clock, world.policy.lease_seconds
    untils: list[float] = []

    def look() -> None:
        [chunk] = world.ports.ledger.open_leases(world.read(transfer).ledger)
        held = [lane_zero(world, transfer).until, slots(world)[0].until, chunk.until]
        untils.extend((until - begun).total_seconds() for until in held)

    world.calls.before("sink.write", look)
    drive_first_lane(world)
    assert len(untils) == 3
    assert all(lease <= until < lease + 1 for until in untils)


def test_a_turn_logs_under_its_transfers_correlation_id() -> None:
    world = World()
    moving(world, correlation_id="c-of-this-one")
    world.correlated.clear()
    drive_first_lane(world)
    assert world.correlated == ["c-of-this-one"]


def test_a_lane_without_a_session_waits_without_a_message_and_counts_no_failure() -> None:
    world = World()
    world.register("one", max_sessions=1)
    transfer = moving(world, destination_id="one")
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    assert world.ports.slots.take("one", 1, "rival", world.clock, until)
    drive_first_lane(world)
    assert not world.queue.messages
    lane = lane_zero(world, transfer)
    assert (lane.turn, lane.failures, lane.worker, lane.parked) == (3, 0, None, True)
    for _ in range(20):
        world.ports.slots.renew(slots(world)[0], world.clock + timedelta(seconds=90))
        world.pass_time(61)
        sweep_all(world)
        assert not world.queue.messages
    assert world.calls.counts["partner.open_part"] == 0
    world.pass_time(world.policy.lease_seconds + 1)  # the rival has died
    sweep_all(world)
    assert len(world.queue.messages) == 1
    world.run()
    assert_completed(world, transfer)


def test_a_lane_between_two_turns_holds_no_session() -> None:
    world = World()
    moving(world)
    some_chunks(world, 1)
    assert world.queue.delays[-1] == 0
    assert slots(world) == []


def test_a_turn_that_ends_in_a_bug_of_ours_holds_no_session_either() -> None:
    world = World()
    moving(world)
    world.calls.fail("sink.write", ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        drive_first_lane(world)
    assert slots(world) == []


def assert_at_rest(world: World, message: LaneMessage) -> None:
    """The message's turn touches neither source nor partner, and ends."""
    before = world.calls.counts["slots.take"], world.calls.counts["partner.connect"]
    world.drive_lane(message)
    assert before == (world.calls.counts["slots.take"], world.calls.counts["partner.connect"])


def test_a_turn_of_a_paused_transfer_logs_in_nowhere() -> None:
    world = World()
    transfer = moving(world)
    pause_transfer(transfer.id, ANN, ports=world.ports)
    while world.queue.messages:
        assert_at_rest(world, world.queue.messages.popleft())
    assert all(lane.ended for lane in world.ports.lanes.lanes(world.read(transfer).ledger))


def test_a_turn_of_an_earlier_generation_logs_in_nowhere() -> None:
    world = World()
    ended = fail_half_way(world)
    old = LaneMessage(ended.id, ended.generation, 0, 99)
    world.ports.lanes.queue(Lane(ended.id, ended.generation, 0, 99, None, world.clock))
    world.partner.files.clear()
    retry(world, ended)
    world.run()
    retry(world, ended)
    until_moving(world)
    assert world.read(ended).generation == ended.generation + 1
    assert_at_rest(world, old)
    world.run()
    assert_completed(world, ended)


def test_whoever_lost_its_lane_tells_no_trouble_and_counts_no_failure() -> None:
    """A beat closed its session, so the error that it meets is not the partner's fault."""
    world = World()
    transfer = moving(world)

    def lose_lane() -> None:
        send_turn(lane_zero(world, transfer), 0, ports=world.ports)
        world.pass_time(2)

    lost = world.calls.before("sink.write", lose_lane)
    drive_first_lane(world)
    assert lost()
    assert fail_code(world.read(transfer)) is None
    assert (lane_zero(world, transfer).turn, lane_zero(world, transfer).failures) == (3, 0)


def test_a_worker_that_hung_to_its_end_without_a_byte_is_a_failure_with_its_reason() -> None:
    world = World()
    transfer = moving(world)
    world.calls.slow("sink.write", 890.0)
    drive_first_lane(world, turn_of(world, 900))
    assert fail_code(world.read(transfer)) == "connection_lost"
    assert lane_zero(world, transfer).failures == 1


def test_a_turn_with_headway_ends_the_failures_before_it_although_no_chunk_is_done() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = moving(world, LARGE)
    world.calls.fail("partner.connect", broken)
    drive_first_lane(world)
    assert lane_zero(world, transfer).failures == 1
    world.calls.cost["sink.write"] = 50.0
    drive_first_lane(world, turn_of(world, 200))
    lane = lane_zero(world, transfer)
    assert (lane.turn, lane.failures, world.queue.delays[-1]) == (4, 0, 0)
    assert world.ports.ledger.progress(world.read(transfer).ledger).chunks_done == 0


def test_failures_in_a_row_are_counted_and_the_first_behind_headway_is_one_again() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = moving(world, LARGE)
    counted: list[int] = []
    for call, after in (("partner.connect", 0), ("partner.connect", 0), ("sink.write", 2)):
        world.calls.fail(call, broken, after=after)
        drive_first_lane(world)
        counted.append(lane_zero(world, transfer).failures)
        assert slots(world) == []
    assert counted == [1, 2, 1]


def test_all_is_not_moved_as_long_as_a_lane_may_still_write() -> None:
    world = World()
    transfer = moving(world)
    told: list[bool] = []
    world.calls.before(
        "lanes.end", lambda: told.append(report_moved(world.read(transfer), ports=world.ports))
    )
    drive_first_lane(world)
    assert told == [False]
    assert report_moved(world.read(transfer), ports=world.ports)
