"""What the agent service does about events."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.envelope import Event
from contracts.transfer_events import TransferCompletedV1, TransferFailedV1
from runtime.batches import BatchResponse
from runtime.consumer import Consumes, consume
from runtime.entrypoint import LambdaEvent, entrypoint
from services.agent import wiring
from services.agent.use_cases.learn_outcome import learn_outcome


def learn(
    received: Event[TransferCompletedV1] | Event[TransferFailedV1], wires: wiring.Wiring
) -> None:
    learn_outcome(received, ports=wires.ports)


CONSUMES: Consumes[wiring.Wiring] = {
    TransferCompletedV1: learn,
    TransferFailedV1: learn,
}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return consume(event, context, CONSUMES, wires)
