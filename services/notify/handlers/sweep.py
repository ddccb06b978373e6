"""Runs once a minute, and does what is due and was not done: digests, messages that are sent again,
and whatever a worker left that died."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.notify import wiring
from services.notify.handlers.reports import report
from services.notify.use_cases.sweep_due import sweep_due

RESERVE_MS = 75_000  # it begins no more messages for 50 s, and each of them takes 20 s


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> None:
    def goes_on() -> bool:
        return context.get_remaining_time_in_millis() > RESERVE_MS

    tried, not_done = sweep_due(goes_on, ports=wires.ports)
    for nudge, error in not_done.items():
        report(error, repr(nudge), again=True)  # a worker left it
    logger().info("swept", tried=tried, not_done=len(not_done))
