"""Once a minute: whatever stands still is revived or ended."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import Event, entrypoint
from runtime.telemetry import logger
from services.transfer import wiring
from services.transfer.domain.errors import PartnerError
from services.transfer.use_cases.sweep_stalled import sweep_stalled


@entrypoint(wiring.build)
def handler(event: Event, context: LambdaContext, wires: wiring.Wiring) -> None:
    unswept: list[str] = []

    def report(transfer_id: str, error: Exception) -> None:
        if isinstance(error, PartnerError):  # expected: a part file waits for its server
            logger().info("part file still there", transfer_id=transfer_id, code=error.code)
            return
        logger().error("transfer not swept", transfer_id=transfer_id, exc_info=error)
        unswept.append(transfer_id)

    seen = sweep_stalled(report, ports=wires.ports)
    logger().info("swept", transfers=seen)
    if unswept:
        raise SweepIncomplete(unswept)


class SweepIncomplete(Exception):
    """Counts as a function error, so that the alarm tells of it."""

    def __init__(self, transfer_ids: list[str]) -> None:
        super().__init__(f"{len(transfer_ids)} transfers not swept: {', '.join(transfer_ids[:5])}")
