"""Runs once a minute, and measures what is open."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, entrypoint
from services.transfer import wiring
from services.transfer.use_cases.measure_open import measure_open


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> None:
    measure_open(ports=wires.ports)
