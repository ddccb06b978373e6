"""Brings outbox events onto the bus: each once, unless the publisher dies between both.

The stream is the only publisher, so that a claim it meets is its own: of a predecessor that died
with the same rows. It takes that again at once, and nothing is lost.
"""

from collections.abc import Sequence
from datetime import datetime

from runtime.publishing import STREAM, Outbox, publish_claimed
from services.auth.domain.ports import EventPublisher, OutboxEvent


def publish_outbox(
    entries: Sequence[tuple[str, OutboxEvent]],
    *,
    outbox: Outbox,
    bus: EventPublisher,
    now: datetime,
) -> frozenset[str]:
    """The ids of the events that the bus refused, of (partition, event): the stream brings them
    again."""
    return publish_claimed(entries, outbox, bus.publish, STREAM, now)
