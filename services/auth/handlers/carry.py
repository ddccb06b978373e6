"""Gives this service's records to another region, or takes them from one."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.carry import CarryEvent
from runtime.entrypoint import LambdaEvent, entrypoint
from services.auth import wiring


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, Any]:
    return CarryEvent.model_validate(event).by(wires.carriage)
