"""What a transfer left at a partner is removed although others wait for each of its sessions."""

from datetime import timedelta

from services.transfer.domain.lane import Slot
from services.transfer.domain.waiting import Waiter
from services.transfer.domain_services.session_line import call_next
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, broken, sweep_all, until_moving
from tests.unit.transfer.waiting import free

WAITING = 3
MINUTES = 60


def left_behind(world: World) -> None:
    """A part file of a cancelled transfer: the partner was away when it was to be removed."""
    world.register("one", max_sessions=1)
    transfer = world.request(BODY, destination_id="one")
    until_moving(world)
    world.queue.messages.clear()
    refused = world.calls.refuse("partner.remove", broken)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    refused.end()
    assert world.parts()


def newcomer(world: World, number: int) -> None:
    token = f"token-{number}"
    world.ports.slots.wait(Waiter("one", f"{number}/step", world.clock, 1, task_token=token))
    call_next("one", ports=world.ports)


def whoever_was_called_comes(world: World) -> Slot | None:
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    for each in world.ports.slots.line("one", world.clock, until).waiters:
        if each.called_until is not None and each.task_token is not None:
            return world.ports.slots.take("one", 1, each.ticket, world.clock, until, each.ticket)
    return None


def test_the_sweeper_has_its_turn_among_those_who_wait() -> None:
    world = World()
    left_behind(world)
    for number in range(WAITING):
        newcomer(world, number)
    for number in range(WAITING, WAITING + MINUTES):  # one comes and one goes: it is never empty
        newcomer(world, number)
        slot = whoever_was_called_comes(world)
        world.pass_time(60)
        sweep_all(world)
        if slot is not None:
            free(world, slot)
    assert world.parts() == []
