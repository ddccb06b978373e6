"""The fan-out queue's worker: tells watchers what is new."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from runtime.batches import BatchResponse, came_again, count_failure, failures
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.events import message_of
from runtime.telemetry import logger
from services.progress import wiring
from services.progress.domain.telling import CatchUp, Notice, Page, Piece
from services.progress.use_cases.tell_watchers import Delivery, tell_watchers


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    failed: dict[str, Exception] = {}
    deliveries = list(_deliveries(event, failed))
    failed |= tell_watchers(deliveries, ports=wires.ports)
    again = {each.message_id: came_again(each) for each in map(SQSRecord, event["Records"])}
    for message_id, error in failed.items():
        count_failure(error, again=again[message_id])
        logger().error(
            "message failed, back to the queue",
            exc_info=error,
            error=type(error).__name__,
            code=getattr(error, "code", None),
            message_id=message_id,
        )
    return failures(failed)


def _deliveries(event: Mapping[str, Any], failed: dict[str, Exception]) -> Iterator[Delivery]:
    for record in map(SQSRecord, event["Records"]):
        try:
            message = message_of(record, Notice | Page | CatchUp | Piece)  # type: ignore[arg-type]
        except ValidationError as invalid:
            failed[record.message_id] = invalid
        else:
            yield Delivery(record.message_id, message, again=came_again(record))
