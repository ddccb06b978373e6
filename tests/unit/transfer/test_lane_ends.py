"""A lane that ends leaves another turn if there is work, and none if everything is over."""

from services.transfer.domain.errors import NoSpace
from services.transfer.domain.status import Status
from services.transfer.use_cases.steer_transfer import pause_transfer, resume_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, assert_completed, drive_first_lane, until_moving


def test_a_lane_that_ends_while_its_transfer_is_resumed_gets_another_turn() -> None:
    """The resume leaves the lane alone, because it is still driven."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.before(
        "ledger.finish", lambda: pause_transfer(transfer.id, ANN, ports=world.ports), 2
    )
    resumed = world.calls.before(
        "lanes.end", lambda: resume_transfer(transfer.id, ANN, ports=world.ports)
    )
    drive_first_lane(world)
    assert resumed()
    assert 0 in [message.lane for message in world.queue.messages]
    world.run()
    assert_completed(world, transfer)


def test_a_lane_that_made_its_transfer_fail_gets_no_other_turn() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.fail("sink.write", NoSpace("/in", 0))
    drive_first_lane(world)
    assert world.read(transfer).status is Status.FAILING
    assert 0 not in [message.lane for message in world.queue.messages]
