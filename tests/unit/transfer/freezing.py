"""Workers that stand still until their leases are over, and wake up."""

from tests.fakes.actors import Actor
from tests.fakes.world import World

CHANGES_SOMETHING = ("create_file", "write", "rename", "remove")


def freeze_at(world: World, actor: Actor, call: str) -> None:
    assert actor.at == call or actor.advance_to(call)
    actor.frozen = True
    world.pass_time(world.policy.lease_seconds + 1)


def changes(world: World) -> list[int]:
    return [world.partner.calls[each] for each in CHANGES_SOMETHING]


def thaw(world: World, actor: Actor) -> None:
    """In the worst case its work goes on before any beat of its heart."""
    world.calls.overdue_beats_first = False
    before, files = changes(world), dict(world.partner.files)
    actor.frozen = False
    actor.finish()
    assert changes(world) == before
    assert world.partner.files == files
