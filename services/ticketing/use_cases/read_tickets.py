"""Shows tickets to those who may see them."""

from collections.abc import Sequence

from kernel.caller import Caller
from services.ticketing.domain.desk import Record
from services.ticketing.domain.errors import DeskError, TicketNotFound, TransferNotFound
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.ticket import Key, Kind, Ticket
from services.ticketing.domain_services.gatekeeping import (
    explained,
    may_call,
    note_error,
    note_success,
)


def list_transfer_tickets(transfer_id: str, caller: Caller, *, ports: Ports) -> Sequence[Ticket]:
    """In the order in which they were asked for. Another's transfer is answered like an unknown
    one. Raises TransferNotFound."""
    case = ports.tickets.case(transfer_id)
    if case is None or not caller.may_see_transfers_of(case.owner):
        raise TransferNotFound(transfer_id)
    own = ports.tickets.of_subject(f"T#{transfer_id}")
    asked = [
        ticket
        for ticket in ports.tickets.requests(transfer_id)
        if caller.may_see_transfers_of(ticket.owner)
    ]
    found = sorted((*own, *asked), key=lambda each: each.requested_at)
    return [explained(each, ports=ports) for each in found]


def read_ticket(number: str, caller: Caller, *, ports: Ports) -> tuple[Ticket, Record | None]:
    """One of ours, by its number there or by our id, and what ServiceNow says of it now: None when
    it cannot be asked. Raises TicketNotFound."""
    found = ports.tickets.by_number(number) or ports.tickets.read(Key(f"R#{number}", Kind.REQUEST))
    if found is None or not caller.may_see_transfers_of(found.owner):
        raise TicketNotFound(number)
    return explained(found, ports=ports), _live(found, ports=ports)


def _live(ticket: Ticket, *, ports: Ports) -> Record | None:
    """What goes wrong counts as it does for who writes. Readers could lock the account, too."""
    if ticket.record is None or not ports.policy.on:
        return None
    if not may_call(ports.gates.read(), ports=ports):
        return None
    try:
        found = ports.desk.read(ticket.record.table, ticket.record.record_id)
    except DeskError as error:
        note_error(error, ports=ports)
        return None
    note_success(ports=ports)
    return found
