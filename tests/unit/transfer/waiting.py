"""A destination whose sessions rivals hold, and a transfer that waits for one."""

from datetime import timedelta

from services.transfer.domain.lane import Slot
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.session_line import call_next
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, lane_zero, until_moving, until_state

SEVERAL = 3  # sessions: two lanes move the file, and so the workflow's steps end it


def take_the_only_session(world: World) -> Slot:
    return take_sessions(world, 1)


def take_sessions(world: World, number: int) -> Slot:
    """The last one of them."""
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    for rival in range(number):
        slot = world.ports.slots.take("one", number, f"rival-{rival}", world.clock, until)
    assert slot is not None
    return slot


def free(world: World, slot: Slot) -> None:
    world.ports.slots.free(slot)
    call_next("one", ports=world.ports)


def parked(world: World) -> tuple[Transfer, Slot]:
    """A transfer whose lane is in the line."""
    world.register("one", max_sessions=1)
    transfer = world.request(BODY, destination_id="one")
    until_moving(world)
    slot = take_the_only_session(world)
    world.drive_lane()
    assert lane_zero(world, transfer).parked
    assert not world.queue.messages
    return transfer, slot


def waiting_to_commit(world: World) -> tuple[Transfer, Slot]:
    """Its step is in the line."""
    world.register("one", max_sessions=SEVERAL)
    transfer = world.request(BODY, destination_id="one")
    until_state(world, "VerifyTarget")
    slot = take_sessions(world, SEVERAL)
    world.run()
    assert world.read(transfer).status is Status.MOVING
    assert world.workflow.entered[-1] == "VerifyTargetWaits"
    return transfer, slot
