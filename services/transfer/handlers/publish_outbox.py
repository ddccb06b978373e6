"""Reads the table's stream and publishes the events that were stored with a state change."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.outbox import publish_outbox
from services.transfer import wiring
from services.transfer.domain_services.count_events import counting


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    ports = wires.ports
    told = counting(ports.meter, ports.policy.synthetic_user)
    return publish_outbox(event, wires.outbox, ports.bus, ports.now, told)
