"""Opens a ticket that somebody asked for."""

from contracts.ticket_api import TicketRequest
from kernel.caller import Caller
from kernel.idempotency import Idempotency
from services.ticketing.domain.errors import RoleMissing, TicketsOff, TransferNotFound
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.ticket import Key, Kind, Rank, Ticket, Wish
from services.ticketing.domain_services.gatekeeping import explained
from services.ticketing.domain_services.write_ticket import write_ticket


def request_ticket(
    wish: TicketRequest,
    caller: Caller,
    idempotency: Idempotency | None,
    correlation_id: str,
    *,
    ports: Ports,
) -> Ticket:
    """It is written at once when ServiceNow can be called, and otherwise as soon as it can. Raises
    TicketsOff, RoleMissing, TransferNotFound, IdempotencyConflict, CaseBusy."""
    if not ports.policy.on:
        raise TicketsOff
    if not caller.roles:
        raise RoleMissing(("user",))
    if wish.transfer_id is not None:
        case = ports.tickets.case(wish.transfer_id)
        if case is None or not caller.may_see_transfers_of(case.owner):
            raise TransferNotFound(wish.transfer_id)
    ticket = Ticket(
        key=Key(f"R#{ports.new_id()}", Kind.REQUEST),
        owner=caller.name,
        requested_at=ports.now(),
        correlation_id=correlation_id,
        transfer_id=wish.transfer_id,
        wish=Wish(wish.summary, wish.description),
    ).due(Rank.OPENING, ports.now())
    stored = ports.tickets.request(ticket, idempotency, ports.now())
    if stored.record is None and ports.gates.read().calm(ports.now()):
        write_ticket(stored.key, notes_too=True, ports=ports)
    return explained(ports.tickets.read(stored.key) or stored, ports=ports)
