"""Writes one ticket as far as it can be written now."""

from collections.abc import Callable
from dataclasses import replace

from services.ticketing.domain.case import Case, Trouble
from services.ticketing.domain.errors import (
    CaseBusy,
    DeskError,
    LeaseEnds,
    OutcomeUnknown,
    RecordGone,
    Refused,
    Unavailable,
)
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.ticket import Key, Ticket
from services.ticketing.domain_services import announce
from services.ticketing.domain_services.gatekeeping import note_error, note_success
from services.ticketing.domain_services.held_ticket import HeldTicket
from services.ticketing.domain_services.lead import give_up, lead
from services.ticketing.domain_services.plan import with_due

TURNS = 3  # what became known while it was written is written at once, so many times
GONE_AFTER = 3  # tries; then a ticket that ServiceNow does not show counts as deleted
# May be this ticket's own trouble. It lets others go first then. Otherwise the one ticket that an
# instance chokes on would be the first one of each sweep, and the gate would close before others.
OWN = (Refused, RecordGone, OutcomeUnknown, Unavailable)


def write_ticket(key: Key, *, notes_too: bool, ports: Ports) -> bool:
    """False when ServiceNow could not be called or refused. Then others need not be tried now,
    unless it was this ticket's own trouble."""
    held: HeldTicket | None = None
    try:
        held = HeldTicket.take(key, ports)
        if held is None:
            return True
        _write(held, notes_too, ports=ports)
    except (LeaseEnds, CaseBusy) as late:  # it stays due, and others can be written
        ports.alarms.tell(late.code, ticket_id=key.ticket_id)
        return True
    except DeskError as error:
        note_error(error, ports=ports)
        if held is not None:
            _put_back(held, error, ports=ports)
        return isinstance(error, Refused | RecordGone)
    if held.called:
        note_success(ports=ports)
    return True


def _write(held: HeldTicket, notes_too: bool, *, ports: Ports) -> None:
    for turn in range(TURNS):
        wanted, transfer_id = held.ticket.wanted, held.ticket.transfer_id
        case = ports.tickets.case(transfer_id) if transfer_id else None
        complete = lead(held, case, notes_too=notes_too, ports=ports)
        last = turn == TURNS - 1
        held.save(_after(wanted, case, complete, last=last, ports=ports))
        if held.ticket.lease is None:
            return


def _after(
    wanted: int, case: Case | None, complete: bool, *, last: bool, ports: Ports
) -> Callable[[Ticket], Ticket]:
    """`wanted` is the version that was written."""

    def change(ticket: Ticket) -> Ticket:
        if ticket.wanted != wanted:  # it is due already, because whoever wants more said so
            return ticket.released() if last else ticket
        healed = replace(ticket.released(), tries=0, trouble=None, worry=None)
        if complete:
            return healed.nothing_due()
        return with_due(healed, case, ports.now(), ports.policy.note_every)

    return change


def _put_back(held: HeldTicket, error: DeskError, *, ports: Ports) -> None:
    trouble = Trouble(error.code, str(error), error.retryable)
    own = isinstance(error, OWN)
    gone = isinstance(error, RecordGone) and held.ticket.tries >= GONE_AFTER

    def change(ticket: Ticket) -> Ticket:
        if not own:
            return replace(ticket.released(), trouble=trouble)
        if gone:
            return replace(ticket.released().nothing_due(), trouble=trouble)
        worry = error.code if isinstance(error, Refused | RecordGone) else ticket.worry
        return replace(ticket.put_back(ports.now(), trouble, ports.chance()), worry=worry)

    new = isinstance(error, Refused | RecordGone) and held.ticket.worry != error.code
    tell = (lambda ticket: announce.failed(trouble, ticket, ports=ports),) if new else ()
    try:
        if gone:
            give_up(held, ports=ports)
        held.save(change, *tell)
    except (LeaseEnds, CaseBusy):  # somebody else has it already, or the lease ends by itself
        ports.alarms.tell(error.code, ticket_id=held.ticket.key.ticket_id)
