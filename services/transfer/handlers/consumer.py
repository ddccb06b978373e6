"""The service's queue of events: TransferRequested.v1 -> one execution of the workflow."""

import json

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.transfer_events import TransferRequestedV1
from runtime.batches import BatchResponse, each_message
from runtime.entrypoint import Event, entrypoint
from runtime.events import from_bus
from runtime.telemetry import correlate
from services.transfer import wiring
from services.transfer.use_cases.start_workflow import start_workflow


@entrypoint(wiring.build)
def handler(event: Event, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    def start(record: SQSRecord) -> None:
        received = from_bus(json.loads(record.body), TransferRequestedV1)
        correlate(received.meta.correlation_id)
        transfer_id, run = received.data.transfer_id, received.data.run
        wires.inbox.once(
            received.meta.event_id,
            context,
            lambda: start_workflow(transfer_id, run, ports=wires.ports),
        )

    return each_message(event, start)
