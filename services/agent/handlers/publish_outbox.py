"""Reads the table's stream and publishes the events that were stored with a change."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.outbox import publish_outbox
from services.agent import wiring


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return publish_outbox(event, wires.outbox, wires.bus, wires.ports.now)
