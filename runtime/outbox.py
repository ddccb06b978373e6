"""What a table's stream brings of the outbox goes onto the bus: one call for a service's handler.

return publish_outbox(event, wires.outbox, wires.bus, now)
"""

from collections.abc import Mapping
from typing import Any

from kernel.outbox import STREAM, Clock, EventPublisher, publish_claimed
from runtime.batches import BatchResponse, failures
from runtime.dynamodb.outbox import DynamoDbOutbox
from runtime.events import inserted


def publish_outbox(
    event: Mapping[str, Any], outbox: DynamoDbOutbox, bus: EventPublisher, now: Clock
) -> BatchResponse:
    """The mapping's filter passes outbox rows only. What the bus refuses comes again, and the
    stream goes on at the first of it. What somebody else has claimed is no failure: they come back
    until it is out."""
    rows = inserted(event)
    entries = [outbox.entry(row.image) for row in rows]
    refused = publish_claimed(entries, outbox, bus, STREAM, now)
    return failures(
        row.sequence_number
        for row, (_, told) in zip(rows, entries, strict=True)
        if told.event_id in refused
    )
