"""Writes, each minute, the tickets that are due and were not written."""

from datetime import timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.ticketing import wiring
from services.ticketing.use_cases.sweep_tickets import sweep_tickets

WITHIN = timedelta(seconds=45)  # the last ticket may take as long as its lease after it


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> None:
    if written := sweep_tickets(WITHIN, ports=wires.ports):
        logger().info("due tickets tried", tickets=written)
