"""What the progress service does about events."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.catalogue import spec_of
from contracts.envelope import Event
from contracts.transfer_events import (
    TransferCancelledV1,
    TransferCompletedV1,
    TransferDelayedV1,
    TransferFact,
    TransferFailedV1,
    TransferPausedV1,
    TransferRequestedV1,
    TransferResumedV1,
    TransferStartedV1,
)
from runtime.batches import BatchResponse
from runtime.consumer import Consumes, consume
from runtime.entrypoint import LambdaEvent, entrypoint
from services.progress import wiring
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.use_cases.keep_newest import keep_newest


def keep(received: Event[TransferFact], wires: wiring.Wiring) -> None:
    """Needs no row in the inbox: the larger sequence wins, however often an event comes."""
    fact = received.data
    told = KnownTransfer(
        transfer_id=fact.transfer_id,
        newest_event=spec_of(type(fact)).detail_type,
        sequence=fact.sequence,
        occurred_at=received.meta.occurred_at,
    )
    keep_newest(told, ports=wires.ports)


CONSUMES: Consumes[wiring.Wiring] = {
    TransferRequestedV1: keep,
    TransferStartedV1: keep,
    TransferCompletedV1: keep,
    TransferFailedV1: keep,
    TransferCancelledV1: keep,
    TransferPausedV1: keep,
    TransferResumedV1: keep,
    TransferDelayedV1: keep,
}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return consume(event, context, CONSUMES, wires)
