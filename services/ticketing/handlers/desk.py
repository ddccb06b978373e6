"""Writes the tickets that nudges name. A nudge is a subject: 'T#<transfer>'."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse, each_message
from runtime.entrypoint import LambdaEvent, entrypoint
from services.ticketing import wiring
from services.ticketing.use_cases.write_due import write_due


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return each_message(event, lambda record: write_due(record.body, ports=wires.ports))
