"""The table's stream: events stored with a change are brought onto the bus."""

from collections.abc import Sequence

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse
from runtime.dynamodb.outbox import StoredEvent, publish_rows
from runtime.entrypoint import Event, entrypoint
from services.auth import wiring
from services.auth.domain.ports import OutboxEvent
from services.auth.use_cases.publish_outbox import publish_outbox


@entrypoint(wiring.build)
def handler(event: Event, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    """The mapping's filter passes outbox rows only; the stream goes on at the first failure."""

    def publish(entries: Sequence[StoredEvent]) -> frozenset[str]:
        stored = [
            (each.partition, OutboxEvent(each.event_id, each.detail_type, each.detail))
            for each in entries
        ]
        return publish_outbox(stored, outbox=wires.outbox, bus=wires.bus, now=wires.ports.now())

    return publish_rows(event, publish)
