"""What notify does about events."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import transfer_events as fact
from contracts.auth_events import UserAddedV1, UserChangedV1, UserFact
from contracts.envelope import Event
from contracts.ticket_events import TicketingFailedV1, TicketOpenedV1
from runtime.batches import BatchResponse
from runtime.consumer import Consumes, consume
from runtime.entrypoint import LambdaEvent, entrypoint
from services.notify import wiring
from services.notify.use_cases.hear_ticket import hear_ticket, hear_ticketing_failed
from services.notify.use_cases.hear_transfer import hear_transfer
from services.notify.use_cases.hear_user import hear_user


def _transfer(received: Event[Any], wires: wiring.Wiring) -> None:
    hear_transfer(received, ports=wires.ports)


def _user(received: Event[UserFact], wires: wiring.Wiring) -> None:
    hear_user(received, ports=wires.ports)


def _ticket(received: Event[TicketOpenedV1], wires: wiring.Wiring) -> None:
    hear_ticket(received, ports=wires.ports)


def _no_tickets(received: Event[TicketingFailedV1], wires: wiring.Wiring) -> None:
    hear_ticketing_failed(received, ports=wires.ports)


CONSUMES: Consumes[wiring.Wiring] = {
    UserAddedV1: _user,
    UserChangedV1: _user,
    fact.TransferRequestedV1: _transfer,
    fact.TransferStartedV1: _transfer,
    fact.TransferDelayedV1: _transfer,
    fact.TransferPausedV1: _transfer,
    fact.TransferResumedV1: _transfer,
    fact.TransferCompletedV1: _transfer,
    fact.TransferFailedV1: _transfer,
    fact.TransferCancelledV1: _transfer,
    TicketOpenedV1: _ticket,
    TicketingFailedV1: _no_tickets,
}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    return consume(event, context, CONSUMES, wires)
