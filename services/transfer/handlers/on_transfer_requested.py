"""TransferRequested.v1 -> one execution of the workflow."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.transfer_events import TransferRequestedV1
from runtime.entrypoint import Event, entrypoint
from runtime.events import from_bus
from services.transfer import wiring
from services.transfer.use_cases.start_workflow import start_workflow


@entrypoint(wiring.build)
def handler(event: Event, context: LambdaContext, wires: wiring.Wiring) -> None:
    received = from_bus(event, TransferRequestedV1)
    transfer_id, run = received.data.transfer_id, received.data.run
    wires.inbox.once(
        received.meta.event_id,
        context,
        lambda: start_workflow(transfer_id, run, ports=wires.ports),
    )
