"""Publishes the outbox rows that a table's stream delivers. A service's handler makes one call.

return publish_outbox(event, wires.outbox, wires.bus, now, told=count)
"""

from collections.abc import Callable, Mapping
from typing import Any

from kernel.outbox import (
    STREAM,
    Clock,
    EventPublisher,
    OutboxEvent,
    publish_claimed,
    tell_nobody,
)
from runtime.batches import BatchResponse, failures
from runtime.dynamodb.outbox import DynamoDbOutbox
from runtime.events import inserted
from runtime.telemetry import version_failures


def publish_outbox(
    event: Mapping[str, Any],
    outbox: DynamoDbOutbox,
    bus: EventPublisher,
    now: Clock,
    told: Callable[[OutboxEvent], None] = tell_nobody,
) -> BatchResponse:
    """The event source mapping's filter lets only outbox rows through. The stream delivers again
    from the first event that the bus refused. An event that somebody else has claimed is no
    failure, because whoever claimed it tries until it is published. The version that runs is
    blamed for a refusal: Lambda counts no error of it."""
    rows = inserted(event)
    entries = [outbox.entry(row.image) for row in rows]
    refused = publish_claimed(entries, outbox, bus, STREAM, now, told)
    if refused:
        version_failures().add()
    return failures(
        row.sequence_number
        for row, (_, told) in zip(rows, entries, strict=True)
        if told.event_id in refused
    )
