"""What progress does about events."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import transfer_events as fact
from contracts.agent_events import AnswerStreamedV1
from contracts.auth_events import SessionClosedV1, UserChangedV1
from contracts.envelope import Event
from runtime.batches import BatchResponse
from runtime.consumer import Consumes, consume
from runtime.entrypoint import LambdaEvent, entrypoint
from services.progress import wiring
from services.progress.domain_services.ending_of import EndingFact
from services.progress.handlers.endings import end_session, end_users_connections
from services.progress.use_cases.count_ending import count_ending
from services.progress.use_cases.keep_told import keep_told
from services.progress.use_cases.pass_on_piece import pass_on_piece


def keep(received: Event[fact.TransferFact], wires: wiring.Wiring) -> None:
    keep_told(received, ports=wires.ports)


def keep_and_count(received: Event[EndingFact], wires: wiring.Wiring) -> None:
    """Watchers are told first: they need not wait until it can be counted."""
    keep_told(received, ports=wires.ports)
    count_ending(received, wires.settings.synthetic_user or None, ports=wires.ports)


def pass_on(received: Event[AnswerStreamedV1], wires: wiring.Wiring) -> None:
    pass_on_piece(received, ports=wires.ports)


CONSUMES: Consumes[wiring.Wiring] = {
    fact.TransferRequestedV1: keep,
    fact.TransferStartedV1: keep,
    fact.TransferProgressedV1: keep,
    fact.TransferDelayedV1: keep,
    fact.TransferPausedV1: keep,
    fact.TransferResumedV1: keep,
    fact.TransferCompletedV1: keep_and_count,
    fact.TransferFailedV1: keep_and_count,
    fact.TransferCancelledV1: keep_and_count,
    AnswerStreamedV1: pass_on,
    SessionClosedV1: end_session,
    UserChangedV1: end_users_connections,
}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return consume(event, context, CONSUMES, wires)
