"""The table's stream: events stored with a state change are brought onto the bus."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse, failures
from runtime.entrypoint import Event, entrypoint
from runtime.events import inserted
from services.transfer import wiring
from services.transfer.adapters.dynamodb_transfer_store import outbox_event_of
from services.transfer.use_cases.publish_outbox import publish_outbox


@entrypoint(wiring.build)
def handler(event: Event, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    """The mapping's filter passes outbox rows only; the stream goes on at the first failure."""
    rows = inserted(event)
    entries = [outbox_event_of(row.image) for row in rows]
    refused = publish_outbox(entries, ports=wires.ports)
    return failures(
        row.sequence_number
        for row, (_, outgoing) in zip(rows, entries, strict=True)
        if outgoing.event_id in refused
    )
