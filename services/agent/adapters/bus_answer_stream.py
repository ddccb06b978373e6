"""Tells those who watch an answer through the bus. What is lost is lost."""

from collections.abc import Callable
from datetime import datetime

from botocore.config import Config

from contracts.agent_events import AnswerStreamedV1
from contracts.catalogue import encode
from contracts.envelope import Event, Meta
from kernel.outbox import EventPublisher, OutboxEvent
from services.agent.domain.ports import Piece

# One try of at most 2 s: the answer waits for it.
CALLS = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1)


class BusAnswerStream:
    def __init__(
        self, bus: EventPublisher, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        """The client of `bus` is made with CALLS."""
        self._bus, self._now, self._new_id = bus, now, new_id

    def tell(self, piece: Piece) -> bool:
        data = AnswerStreamedV1(
            conversation_id=piece.conversation_id,
            owner=piece.owner,
            turn_id=piece.turn_id,
            number=piece.number,
            text=piece.text,
            tool=piece.tool,
            ended=piece.ended,
        )
        event_id = self._new_id()
        meta = Meta(event_id=event_id, occurred_at=self._now(), correlation_id=piece.correlation_id)
        return not self._bus.publish([OutboxEvent(event_id, *encode(Event(meta=meta, data=data)))])
