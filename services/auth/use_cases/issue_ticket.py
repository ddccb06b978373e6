"""Gives the caller a ticket with which one WebSocket can be opened in their name."""

from kernel.caller import Caller
from services.auth.domain.ports import Ports
from services.auth.domain.ticket import Ticket, hash_of
from services.auth.domain_services.read_me import read_me


def issue_ticket(caller: Caller, *, ports: Ports) -> str:
    """Reads session and user anew, although connecting checks both once more: a browser never
    learns why a WebSocket was refused, so whose session is over has to hear it here. Raises
    SessionOver."""
    _, session = read_me(caller, ports=ports)
    ticket = ports.new_id()
    ports.tickets.keep(Ticket(hash_of(ticket), session.user, session.id, ports.now()))
    return ticket
