"""The table's stream: events stored with a state change are brought onto the bus."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse, failures
from runtime.entrypoint import Event, entrypoint
from runtime.events import inserted
from services.transfer import wiring
from services.transfer.adapters.dynamodb_transfer_store import outbox_event_of
from services.transfer.use_cases.publish_outbox import NotPublished, publish_outbox


@entrypoint(wiring.build)
def handler(event: Event, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    """The mapping's filter passes outbox rows only; the stream goes on at the first failure."""
    failed = []
    for row in inserted(event):
        transfer_id, outgoing = outbox_event_of(row.image)
        try:
            publish_outbox(transfer_id, [outgoing], ports=wires.ports)
        except NotPublished:
            failed.append(row.sequence_number)
    return failures(failed)
