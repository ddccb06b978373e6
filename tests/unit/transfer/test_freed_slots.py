"""A lane that hands over gives its session back before its next turn can ask for one."""

from services.transfer.domain.errors import ConnectionLost
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, assert_completed, some_chunks, until_moving

SESSIONS = 2


def sessions_free(world: World) -> int:
    """Counts them by taking them for somebody else and freeing them again."""
    slots, until = world.ports.slots, world.clock.replace(year=world.clock.year + 1)
    taken = [
        slots.take("few", SESSIONS, f"rival-{number}", world.clock, until)
        for number in range(SESSIONS)
    ]
    for slot in taken:
        if slot is not None:
            slots.free(slot)
    return sum(slot is not None for slot in taken)


def test_a_lane_that_hands_over_has_freed_its_slot_when_its_next_turn_is_sent() -> None:
    """Otherwise the next turn's worker takes it again at once, and others never get one."""
    world = World()
    world.register("few", max_sessions=SESSIONS)
    transfer = world.request(BODY, destination_id="few")
    until_moving(world)
    free: list[int] = []
    sent = world.calls.before_each("queue.send", lambda: free.append(sessions_free(world)))
    some_chunks(world, 2)
    assert free == [SESSIONS]
    sent.end()
    world.run()
    assert_completed(world, transfer)


def test_a_lane_whose_connection_broke_has_freed_its_slot_when_its_next_turn_is_sent() -> None:
    world = World()
    world.register("few", max_sessions=SESSIONS)
    transfer = world.request(BODY, destination_id="few")
    until_moving(world)
    free: list[int] = []
    sent = world.calls.before_each("queue.send", lambda: free.append(sessions_free(world)))
    world.calls.fail("sink.write", ConnectionLost("sftp.acme.example", 22, "reset"))
    world.drive_lane()
    assert free == [SESSIONS]
    sent.end()
    world.run()
    assert_completed(world, transfer)
