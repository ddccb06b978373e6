"""Brings outbox events onto the bus, at least once."""

from collections.abc import Sequence

from services.auth.domain.ports import EventPublisher, OutboxEvent


def publish_outbox(events: Sequence[OutboxEvent], *, bus: EventPublisher) -> frozenset[str]:
    """The ids of the events that the bus refused: the stream brings them again."""
    return frozenset(bus.publish(events))
