"""What ticketing does about events."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import transfer_events as fact
from contracts.auth_events import UserAddedV1, UserChangedV1, UserFact
from contracts.envelope import Event
from runtime.batches import BatchResponse
from runtime.consumer import Consumes, consume
from runtime.entrypoint import LambdaEvent, entrypoint
from services.ticketing import wiring
from services.ticketing.use_cases.keep_told import keep_told
from services.ticketing.use_cases.keep_user import keep_user


def keep(received: Event[fact.TransferFact], wires: wiring.Wiring) -> None:
    """Needs no row in the inbox: a step of the same sequence is kept once."""
    keep_told(received, ports=wires.ports)


def know(received: Event[UserFact], wires: wiring.Wiring) -> None:
    keep_user(received.data, ports=wires.ports)


CONSUMES: Consumes[wiring.Wiring] = {
    UserAddedV1: know,
    UserChangedV1: know,
    fact.TransferRequestedV1: keep,
    fact.TransferStartedV1: keep,
    fact.TransferDelayedV1: keep,
    fact.TransferPausedV1: keep,
    fact.TransferResumedV1: keep,
    fact.TransferCompletedV1: keep,
    fact.TransferFailedV1: keep,
    fact.TransferCancelledV1: keep,
}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return consume(event, context, CONSUMES, wires)
