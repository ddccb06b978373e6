"""Reads the table's stream and publishes the events that were stored with a change."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.outbox import publish_outbox
from runtime.telemetry import TelemetryMeter
from services.notify import wiring
from services.notify.domain_services.count_events import counting


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    told = counting(TelemetryMeter())
    return publish_outbox(event, wires.outbox, wires.bus, wires.ports.now, told)
