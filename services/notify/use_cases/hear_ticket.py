"""Keeps the numbers of tickets, and tells the operators when tickets cannot be written."""

from contracts.envelope import Event
from contracts.ticket_events import TicketingFailedV1, TicketOpenedV1
from services.notify.domain.errors import RecordBusy
from services.notify.domain.known_transfer import KnownTransfer, SeenTicket
from services.notify.domain.message import TicketRef
from services.notify.domain.ports import Ports
from services.notify.domain_services.notices import tell_operators

TRIES = 10


def hear_ticket(event: Event[TicketOpenedV1], *, ports: Ports) -> None:
    """Messages of the transfer that are sent from now on name it. Raises RecordBusy."""
    told = event.data
    if told.transfer_id is None:
        return
    ticket = SeenTicket(TicketRef(told.kind, told.number, told.url), told.opened_at)
    for _ in range(TRIES):
        known = ports.transfers.read(told.transfer_id)
        current = known or KnownTransfer(told.transfer_id, seen_at=told.opened_at)
        now = current.with_ticket(ticket)
        if now is known or ports.transfers.store(now, known):
            return
    raise RecordBusy(f"transfer {told.transfer_id!r}")


def hear_ticketing_failed(event: Event[TicketingFailedV1], *, ports: Ports) -> None:
    failure = event.data.failure
    sentence = f"Tickets cannot be written ({failure.code}). {failure.message}"
    cause = f"ticketing {failure.code}"
    tell_operators(cause, sentence, event.meta.event_id, ports=ports)
