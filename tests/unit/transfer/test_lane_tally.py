"""What lanes read and write is told once for each turn, and each minute of a long one."""

from dataclasses import replace
from datetime import timedelta

from kernel.metering import Unit
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.proof import Verify
from services.transfer.domain_services.lane_tally import TOLD_EVERY, LaneTally
from tests.fakes.metering import InMemoryMeter
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    breaking_every,
    content,
    direct_world,
    drive_lanes,
    one_large_chunk,
    until_planned,
)
from tests.unit.transfer.many import assert_all_arrived, objects, send


def moved(world: World) -> tuple[float, float]:
    return world.meter.sum("BytesRead"), world.meter.sum("BytesWritten")


def test_every_byte_of_a_file_is_read_and_written() -> None:
    world = World()
    transfer = world.request(BODY)
    world.run()
    assert_completed(world, transfer)
    assert moved(world) == (len(BODY), len(BODY))
    assert world.meter.units["BytesRead"] is world.meter.units["BytesWritten"] is Unit.BYTES


def test_many_small_files_and_those_of_a_drop_box_count_as_well() -> None:
    for world in (World(), direct_world()):
        found = objects(40)
        transfer = send(world, found)
        world.run()
        assert_all_arrived(world, transfer, found)
        size = sum(map(len, found.values()))
        assert moved(world) == (size, size)


def test_a_large_file_of_many_counts_as_well() -> None:
    world = World()
    found = {"out/big.bin": content(SMALL_BYTES + 5), "out/small.csv": b"1;2\n"}
    transfer = send(world, found)
    world.run()
    assert_all_arrived(world, transfer, found)
    assert moved(world)[1] == sum(map(len, found.values()))


def test_what_is_read_twice_counts_twice_and_is_written_once() -> None:
    world = World()
    transfer = world.request(BODY, verify=Verify.REREAD)
    world.run()
    assert_completed(world, transfer)
    assert moved(world) == (2 * len(BODY), len(BODY))


def test_what_was_sent_over_a_line_that_broke_counts_once_more() -> None:
    world = World()
    breaking_every(world, 2 * CHUNK_BYTES)
    world.request(BODY)
    world.run()
    read, written = moved(world)
    assert len(BODY) <= written <= read


def test_a_turn_tells_one_value_however_many_blocks_it_moved() -> None:
    world = World()
    one_large_chunk(world, 8 << 20)
    world.request(content(8 << 20))
    until_planned(world)
    drive_lanes(world, seconds=900)
    assert world.meter.values["BytesWritten"] == [8 << 20]


def test_a_turn_that_lasts_for_long_tells_each_minute_what_it_moved() -> None:
    world = World()
    one_large_chunk(world, 8 << 20, checkpoint_seconds=10_000)
    world.ports = replace(world.ports, policy=replace(world.ports.policy, lease_seconds=90))
    world.request(content(8 << 20))
    until_planned(world)
    world.calls.cost["sink.write"] = 50.0
    drive_lanes(world, seconds=900)
    told = world.meter.values["BytesWritten"]
    assert len(told) > 4
    assert sum(told) == 8 << 20
    assert world.meter.flushed == len(told) - 1  # the last one goes out with the turn


def test_nothing_is_told_of_nothing() -> None:
    meter, tally = InMemoryMeter(), LaneTally()
    tally.tell(meter)
    world = World()
    for seconds in range(5):
        tally.beat(world.clock + seconds * TOLD_EVERY / 4, meter)
    assert meter.values == {}
    tally.read = 7
    tally.beat(world.clock + 2 * TOLD_EVERY + timedelta(seconds=1), meter)
    tally.tell(meter)
    assert meter.values == {"BytesRead": [7]}
