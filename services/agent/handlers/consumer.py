"""What the agent service does about events."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.catalogue import spec_of
from contracts.envelope import Event
from contracts.transfer_events import TransferCompletedV1, TransferFact, TransferFailedV1
from runtime.batches import BatchResponse
from runtime.consumer import Consumes, consume
from runtime.entrypoint import LambdaEvent, entrypoint
from services.agent import wiring
from services.agent.domain.known_transfer import KnownTransfer
from services.agent.use_cases.keep_newest import keep_newest


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
    TransferCompletedV1: keep,
    TransferFailedV1: keep,
}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return consume(event, context, CONSUMES, wires)
