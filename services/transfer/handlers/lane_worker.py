"""The lane queue's worker. Each message stands for one turn of one lane."""

from collections.abc import Callable
from time import monotonic

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse, each_message
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.events import message_of
from runtime.telemetry import correlate
from services.transfer import wiring
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain_services.worker import Worker
from services.transfer.use_cases.run_lane import run_lane


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    remaining_seconds = _countdown(context.get_remaining_time_in_millis() / 1000)

    def drive(record: SQSRecord) -> None:
        worker = Worker(
            name=f"{context.aws_request_id}/{record.message_id}",
            message=wires.message_lease(record.receipt_handle),
            remaining_seconds=remaining_seconds,
            correlate=correlate,
        )
        run_lane(message_of(record, LaneMessage), worker, ports=wires.ports)

    return each_message(event, drive)


def _countdown(seconds: float) -> Callable[[], float]:
    end = monotonic() + seconds
    return lambda: end - monotonic()
