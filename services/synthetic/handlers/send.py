"""Runs every five minutes, and sends one synthetic transfer."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.synthetic import wiring
from services.synthetic.use_cases.send_synthetic import send_synthetic


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, str]:
    """A rule's call has an id, which stays when it is delivered again. Others may call it, too."""
    outcome = send_synthetic(event.get("id") or context.aws_request_id, ports=wires.ports)
    logger().info("synthetic transfer", outcome=outcome)
    return {"outcome": outcome}
