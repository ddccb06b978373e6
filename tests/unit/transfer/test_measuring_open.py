"""What is open now is measured each minute, by what its index and its partners' rows tell."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.domain.lane_target import first_target
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.measure_open import (
    MEASURE_SECONDS,
    STILL_AFTER,
    NotMeasured,
    measure_open,
)
from services.transfer.use_cases.steer_transfer import pause_transfer
from services.transfer.use_cases.switch_home import stand_by
from tests.conformance.records import a_transfer
from tests.fakes.callers import ANN
from tests.fakes.home import HOME_REGION, InMemoryHomes
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, some_chunks, until_moving
from tests.unit.transfer.waiting import parked

MANY = 10_000
EACH_ROW = "transfers.open_transfers"  # of one query, page by page
STILL = STILL_AFTER.total_seconds()


def measured(world: World) -> dict[str, float]:
    """The gauges that are not zero. Each is measured in any case."""
    world.meter.values.clear()
    measure_open(ports=world.ports)
    assert all(len(values) == 1 for values in world.meter.values.values())
    assert len(world.meter.values) == 7
    return {name: values[0] for name, values in world.meter.values.items() if values[0]}


def of_transfers(world: World) -> dict[str, float]:
    found = measured(world)
    return {
        name: value for name, value in found.items() if "Lanes" not in name and "Slots" not in name
    }


def stored(world: World, **changes: object) -> Transfer:
    transfer = replace(a_transfer(at=world.clock, destination_id="acme"), **changes)  # type: ignore[arg-type]
    return world.transfers.create(transfer, (), None)


def test_an_idle_service_measures_nothing_but_zeros() -> None:
    assert measured(World()) == {}


def test_a_transfer_is_where_it_stands() -> None:
    world = World()
    transfer = world.request(BODY)
    assert measured(world) == {"TransfersWaiting": 1, "SessionSlots": 4}
    until_moving(world)
    assert of_transfers(world) == {"TransfersRunning": 1}
    pause_transfer(transfer.id, ANN, ports=world.ports)
    assert of_transfers(world) == {"TransfersPaused": 1}
    world.pass_time(STILL + 1)
    assert of_transfers(world) == {"TransfersPaused": 1}  # somebody wants it to stand


def test_who_waits_for_a_session_waits_however_long_it_takes() -> None:
    world = World()
    parked(world)
    world.pass_time(STILL + 1)
    assert of_transfers(world) == {"TransfersWaiting": 1}


@pytest.mark.parametrize(
    "status", [Status.REQUESTED, Status.MOVING, Status.VERIFYING, Status.COMMITTING, Status.FAILING]
)
def test_what_has_no_lane_and_does_not_change_stands_still(status: Status) -> None:
    world = World()
    stored(world, status=status)
    world.pass_time(STILL - 1)
    assert "StandingStill" not in measured(world)
    world.pass_time(1)
    assert measured(world)["StandingStill"] == 1


def test_a_transfer_whose_lanes_move_for_hours_does_not_stand_still() -> None:
    world = World()
    world.request(BODY)
    until_moving(world)
    seen: list[dict[str, float]] = []

    def look() -> None:
        seen.append(measured(world))

    world.calls.before_each("sink.write", look)
    world.calls.cost["sink.write"] = STILL
    some_chunks(world, 2)
    assert seen
    assert {each.get("TransfersRunning") for each in seen} == {1}
    assert not any("StandingStill" in each for each in seen)
    assert {each["OpenLanes"] for each in seen} == {1}


def test_what_ended_and_is_not_tidy_is_in_no_state() -> None:
    world = World()
    stored(world, status=Status.COMPLETED, aside=None, part=None)
    assert measured(world) == {}


def test_a_transfer_is_overdue_when_it_takes_three_times_as_long_as_expected() -> None:
    world = World()
    moving = {"status": Status.MOVING, "started_at": world.clock, "expected_seconds": 100.0}
    transfer = stored(world, **moving)
    world.pass_time(299)
    assert "TransfersOverdue" not in measured(world)
    world.pass_time(1)
    assert measured(world)["TransfersOverdue"] == 1
    paused = world.read(transfer).pause(world.clock, ANN.name).transfer
    world.transfers.save(paused)
    assert of_transfers(world) == {"TransfersPaused": 1}


def test_ten_thousand_open_transfers_cost_no_call_each() -> None:
    world = World()
    for number in range(MANY):
        transfer = a_transfer(f"t-{number:05d}", at=world.clock, destination_id="acme")
        world.transfers.create(transfer, (), None)
    world.calls.counts.clear()
    assert measured(world)["TransfersWaiting"] == MANY
    asked = {name: count for name, count in world.calls.counts.items() if name != EACH_ROW}
    assert asked == {"slots.look": 1, "destinations.read": 1}


def test_a_part_of_what_is_open_is_never_told_as_the_whole() -> None:
    world = World()
    for number in range(10):
        until = timedelta(seconds=STILL)
        at = world.clock - until
        transfer = a_transfer(f"t-{number}", at=at, destination_id="acme")
        world.transfers.create(transfer, (), None)
    world.calls.cost["lanes.lanes"] = MEASURE_SECONDS / 5
    with pytest.raises(NotMeasured, match="open transfers"):
        measure_open(ports=world.ports)
    assert world.meter.values == {}


def test_what_is_told_of_transfers_needs_the_sessions_too() -> None:
    world = World()
    for destination in ("acme", "globex"):
        stored(world, id=destination, destination_id=destination)
    world.calls.cost["slots.look"] = MEASURE_SECONDS
    with pytest.raises(NotMeasured, match="sessions"):
        measure_open(ports=world.ports)
    assert world.meter.values == {}


def in_two_regions() -> tuple[World, InMemoryHomes]:
    world, homes = World(), InMemoryHomes()
    world.ports = replace(world.ports, home=homes.of(HOME_REGION))
    old = {"started_at": world.clock, "expected_seconds": 1.0}
    stored(world, status=Status.MOVING, **old)
    world.pass_time(STILL)
    return world, homes


def test_a_region_that_stands_by_has_nothing_that_should_go_on() -> None:
    """What is open there is under way in the other one, and came by an import."""
    world, homes = in_two_regions()
    stand_by(homes.of(HOME_REGION), ports=world.ports)
    homes.cut_off = {HOME_REGION}
    before = dict(homes.rows)
    assert measured(world) == {}
    assert homes.rows == before


def test_a_region_that_wants_to_work_and_does_not_see_the_other_one_stands_still() -> None:
    world, homes = in_two_regions()
    homes.cut_off = {HOME_REGION}
    found = measured(world)
    assert (found["StandingStill"], found["TransfersOverdue"]) == (1, 1)
    assert not homes.rows  # it only reads


def test_sessions_of_all_partners_with_open_transfers_add_up() -> None:
    world = World()
    world.register("globex", max_sessions=9)
    world.register("idle", max_sessions=100)
    world.request(BODY)
    assert measured(world)["SessionSlots"] == 4
    world.request(BODY, destination_id="globex")
    assert measured(world)["SessionSlots"] == 4 + 9


def test_the_estimate_comes_from_what_the_destination_moved_of_late() -> None:
    world = World()
    place = world.ports.destinations.read("acme").place
    known = first_target("acme", place, 3, 0.01, world.clock)
    assert world.ports.targets.save(replace(known, bytes_per_second=len(BODY) / 70), None)
    transfer = world.request(BODY)
    until_moving(world)
    assert world.read(transfer).expected_seconds == pytest.approx(30 + 70)
    world.run()
    world.published(transfer)
    ended = world.read(transfer)
    taken = world.meter.values["TransferSeconds"][0]
    assert ended.status is Status.COMPLETED
    assert world.meter.values["DurationOfEstimate"] == [pytest.approx(taken)]  # of 100 seconds


@pytest.mark.parametrize("known", ["another place", "too old", "nothing", "small", "paused"])
def test_where_the_line_is_not_known_nothing_is_expected(known: str) -> None:
    world = World()
    place = world.ports.destinations.read("acme").place
    target = first_target("acme", place if known != "another place" else "x", 3, 0.01, world.clock)
    if known != "nothing":
        assert world.ports.targets.save(replace(target, bytes_per_second=1_000.0), None)
    if known == "too old":
        world.pass_time(timedelta(days=31).total_seconds())
    transfer = world.request(BODY if known != "small" else b"1;2\n")
    if known == "paused":
        until_moving(world)
        assert world.read(transfer).expected_seconds is not None
        pause_transfer(transfer.id, ANN, ports=world.ports)
    else:
        world.run()
        world.published(transfer)
        assert world.meter.sum("TransfersCompleted") == 1
    assert world.read(transfer).expected_seconds is None
    assert "DurationOfEstimate" not in world.meter.values
