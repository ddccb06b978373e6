"""What the transfer service does about events. One of its own events is among them."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import envelope
from contracts.transfer_events import TransferRequestedV1
from runtime.batches import BatchResponse
from runtime.consumer import Consumes, consume
from runtime.entrypoint import LambdaEvent, entrypoint
from services.transfer import wiring
from services.transfer.use_cases.start_workflow import start_workflow


def start_requested(received: envelope.Event[TransferRequestedV1], wires: wiring.Wiring) -> None:
    """Needs no row in the inbox: Step Functions starts no second execution of the same name."""
    start_workflow(received.data.transfer_id, received.data.run, ports=wires.ports)


CONSUMES: Consumes[wiring.Wiring] = {TransferRequestedV1: start_requested}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return consume(event, context, CONSUMES, wires)
