"""Lanes prove together what they moved, and only when every chunk is there."""

from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import Transfer
from tests.fakes.actors import Actor, Stage
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, assert_completed, until_moving


def one_chunk_short() -> tuple[World, Transfer, Actor]:
    """Lane 0 is still moving a chunk. Lane 1 has moved all others and has ended."""
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    slow = Stage().start("slow", world.drive_lane)
    assert slow.advance_to("sink.write")
    world.drive_lane()
    return world, transfer, slow


def test_a_lane_ends_while_another_one_moves_the_last_chunk() -> None:
    world, transfer, slow = one_chunk_short()
    ledger = world.read(transfer).ledger
    assert not world.ports.ledger.progress(ledger).complete
    assert world.ports.lanes.lanes(ledger)[1].ended
    assert 1 not in [message.lane for message in world.queue.messages]
    slow.finish()
    world.run()
    assert_completed(world, transfer)


def test_lanes_that_had_nothing_left_to_move_are_called_back_to_prove() -> None:
    world, transfer, slow = one_chunk_short()
    assert slow.advance_to("partner.open_reader")
    assert 2 in [message.lane for message in world.queue.messages]
    slow.finish()
    world.run()
    assert_completed(world, transfer)


def test_lanes_with_nothing_left_to_prove_call_nobody_back() -> None:
    """Those that only call each other back, while one of them is always at work, come to no end."""
    world, transfer, slow = one_chunk_short()
    assert slow.advance_to("partner.open_reader")
    late = Stage().start("late", world.drive_lane)
    assert late.advance_to("ledger.open")
    world.drive_lane()  # proves every chunk, and ends
    assert world.ports.ledger.progress(world.read(transfer).ledger.proof).complete
    assert late.advance_to("partner.open_reader")
    assert not world.queue.messages
    for lane in (late, slow):
        lane.finish()
    world.run()
    assert_completed(world, transfer)
