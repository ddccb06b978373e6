"""Pieces of an answer of the agent as they come from the bus, and what watchers got of them."""

from datetime import datetime, timedelta

from contracts.agent_events import AnswerStreamedV1
from contracts.envelope import Event, Meta
from contracts.websocket.client_messages import Subscribe
from contracts.websocket.server_messages import Answer
from kernel.caller import Caller
from services.progress.use_cases.pass_on_piece import pass_on_piece
from tests.fakes.live_world import JANE, LiveWorld
from tests.unit.progress.telling import told

TALK = Subscribe(action="subscribe", conversation="talk")


def piece(
    number: int, at: datetime, owner: str = "jane", **told: object
) -> Event[AnswerStreamedV1]:
    named: dict[str, object] = {"conversation_id": "talk", "turn_id": "turn-1", **told}
    data = AnswerStreamedV1(owner=owner, number=number, **named)  # type: ignore[arg-type]
    meta = Meta(event_id=f"e-{number}", occurred_at=at, correlation_id="c-1")
    return Event[AnswerStreamedV1](meta=meta, data=data)


def say(
    world: LiveWorld, *numbers: int, owner: str = "jane", age: float = 0, **told: object
) -> None:
    for number in numbers:
        at = world.clock - timedelta(seconds=age)
        pass_on_piece(piece(number, at, owner, **told), ports=world.ports)


def listen(world: LiveWorld, connection_id: str, caller: Caller = JANE) -> None:
    world.connect(connection_id, caller)
    world.ask(connection_id, TALK)
    told(world, connection_id)


def heard(world: LiveWorld, connection_id: str) -> list[int]:
    """The numbers of the pieces, in the order in which they came."""
    found = told(world, connection_id)
    assert all(isinstance(each, Answer) for each in found)
    return [each.number for each in found if isinstance(each, Answer)]
