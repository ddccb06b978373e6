"""Runs once a minute, and closes sessions that are idle or over."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.auth import wiring
from services.auth.use_cases.sweep_sessions import sweep_sessions

RESERVE_MS = 15_000  # one more session may cost several tries of a call


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> None:
    def goes_on() -> bool:
        return context.get_remaining_time_in_millis() > RESERVE_MS

    closed = sweep_sessions(goes_on, ports=wires.ports)
    logger().info("swept", sessions_closed=closed)
