"""Runs a scene again and again. Something happens at its first call, then at its second, ..."""

from collections.abc import Callable, Iterator
from itertools import count

from services.transfer.domain.transfer import Transfer
from tests.fakes.actors import Actor, Stage
from tests.fakes.calls import Planned
from tests.fakes.lives import Killed
from tests.fakes.world import World
from tests.unit.transfer.driving import until_planned

Scene = Callable[[], tuple[World, Transfer]]
ALL = 1_000  # calls; no turn of these tests has so many


def first_turn(body: bytes, **wish: object) -> Scene:
    """The first lane's turn is next. There is no part file yet."""

    def scene() -> tuple[World, Transfer]:
        world = World()
        transfer = world.request(body, **wish)
        until_planned(world)
        return world, transfer

    return scene


def killed_turns(scene: Scene, *, delivered_again: bool) -> Iterator[tuple[World, Transfer]]:
    """Each time the turn's worker dies before one call more. The queue may deliver its message
    again."""
    for number in count(1):
        world, transfer = scene()
        message = world.queue.messages[0]
        killed = world.calls.kill("*", number)
        try:
            world.drive_lane()
        except Killed:
            world.calls.forget()
        if not killed():
            assert number > 1
            return
        if delivered_again:
            world.pass_time(world.policy.lease_seconds + 1)
            world.queue.messages.append(message)
        yield world, transfer


def befallen_turns(
    scene: Scene, befall: Callable[[World, Transfer], object]
) -> Iterator[tuple[World, Transfer]]:
    """Each time it befalls the transfer before one call more of the turn."""
    for number in count(1):
        world, transfer = scene()
        planned = _befalls(world, transfer, befall, number)
        world.drive_lane()
        if not planned():
            assert number > 1
            return
        yield world, transfer


def _befalls(
    world: World, transfer: Transfer, befall: Callable[[World, Transfer], object], number: int
) -> Planned:
    return world.calls.before("*", lambda: befall(world, transfer), number)


def frozen_turns(scene: Scene) -> Iterator[tuple[World, Transfer, Actor]]:
    """Each time the turn's worker stands still before one call more, until its leases are over."""
    for number in range(1, ALL):
        world, transfer = scene()
        asleep = Stage().start("asleep", world.drive_lane)
        asleep.advance(number - 1)
        if asleep.ended:
            assert number > 1
            return
        asleep.frozen = True
        world.pass_time(world.policy.lease_seconds + 1)
        yield world, transfer, asleep
