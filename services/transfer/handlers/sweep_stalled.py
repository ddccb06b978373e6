"""Runs once a minute, and revives or ends transfers that stand still."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.transfer import wiring
from services.transfer.domain.errors import PartnerError
from services.transfer.use_cases.sweep_stalled import sweep_stalled

RESERVE_MS = 130_000  # one more part file may cost two of a partner's timeouts


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> None:
    unswept: list[str] = []

    def report(transfer_id: str, error: Exception) -> None:
        if isinstance(error, PartnerError) and error.retryable:
            logger().warning("partner away", transfer_id=transfer_id, code=error.code)
            return
        logger().error("transfer not swept", transfer_id=transfer_id, exc_info=error)
        unswept.append(transfer_id)

    def goes_on() -> bool:
        return context.get_remaining_time_in_millis() > RESERVE_MS

    seen = sweep_stalled(report, goes_on, ports=wires.ports)
    logger().info("swept", transfers=seen)
    if unswept:
        raise SweepIncomplete(unswept)


class SweepIncomplete(Exception):
    """Counts as a function error, so that the alarm tells of it. A partner that cannot be reached
    is no such error."""

    def __init__(self, transfer_ids: list[str]) -> None:
        super().__init__(f"{len(transfer_ids)} transfers not swept: {', '.join(transfer_ids[:5])}")
