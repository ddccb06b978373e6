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
    """That one of them cannot be written says nothing of the others, and hides no word of them."""
    told, failure = event.data, event.data.failure
    which, cause = "Tickets", f"ticketing {failure.code}"
    if told.ticket_id is not None:
        where = f" of transfer {told.transfer_id}" if told.transfer_id else ""
        which, cause = f"Ticket {told.number or told.ticket_id}{where}", f"ticket {failure.code}"
    sentence = f"{which} cannot be written ({failure.code}). {failure.message}"
    tell_operators(cause, sentence, event.meta.event_id, ports=ports)
