"""A world whose watcher c-1 has been told of t-1, and a look at what clients received."""

from collections.abc import Sequence

from contracts.websocket.client_messages import Subscribe
from contracts.websocket.server_messages import Delta, ServerMessage, read_message
from kernel.caller import Caller
from tests.fakes.live_world import JANE, LiveWorld
from tests.unit.progress.stories import Story


def watch(world: LiveWorld, connection_id: str, caller: Caller = JANE, **wanted: object) -> None:
    world.connect(connection_id, caller)
    asked = Subscribe(action="subscribe", **(wanted or {"transfers": ("t-1",)}))  # type: ignore[arg-type]
    world.ask(connection_id, asked)
    told(world, connection_id)


def told(world: LiveWorld, connection_id: str) -> list[ServerMessage]:
    texts = world.sockets.open[connection_id]
    found: list[ServerMessage] = [read_message(text) for text in texts]
    texts.clear()
    return found


def changes(messages: Sequence[ServerMessage]) -> list[tuple[str, int, int]]:
    """(transfer, base, seq) of each."""
    found = [each for message in messages if isinstance(message, Delta) for each in message.changes]
    return [(each.transfer_id, each.base, each.seq) for each in found]


def moving(world: LiveWorld) -> Story:
    """Moves, and its watcher c-1 has been told so."""
    story = world.story()
    watch(world, "c-1")
    world.hear(story.sample(10))
    world.settle()
    world.pass_time(1)
    told(world, "c-1")
    return story
