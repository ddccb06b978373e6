"""Leads a ticket in ServiceNow to what it should show."""

from dataclasses import replace

from services.ticketing.domain import desk
from services.ticketing.domain.case import Case, Step
from services.ticketing.domain.errors import Refused
from services.ticketing.domain.form import Form, form_in
from services.ticketing.domain.ports import Change, Ports
from services.ticketing.domain.ticket import Key, Rank, Record, Shown, Ticket
from services.ticketing.domain_services import announce, wording
from services.ticketing.domain_services.held_ticket import HeldTicket
from services.ticketing.domain_services.plan import (
    Plan,
    noted,
    planned,
    spoken_at,
    worth_a_new_one,
)

TWO_TICKETS = "two_tickets"
SHORTEST_COLUMN = 40  # characters of close notes. Fewer of ours may be a person's own words.


def lead(held: HeldTicket, case: Case | None, *, notes_too: bool, ports: Ports) -> bool:
    """Whether all of the case was written. Each step is stored before the next one is made.

    Without `notes_too` only an opening and an ending are written. A note also waits until the last
    one is old enough. Raises DeskError, LeaseEnds."""
    fresh = held.ticket.record is None and _open(held, case, ports=ports)
    plan = planned(held.ticket, case)
    if plan is None or case is None:
        return True
    note_at = spoken_at(held.ticket, ports.now()) + ports.policy.note_every
    if not plan.ends and not (notes_too and note_at <= ports.now()):
        return False
    found = None if fresh else _read(held, ports=ports)
    form = _form_of(held.ticket, ports=ports)
    if found is not None and _ended_by_others(held.ticket, found, case, form):
        give_up(held, ports=ports)
        return True
    _write(held, plan, case, found, ports=ports)
    return True


def _form_of(ticket: Ticket, *, ports: Ports) -> Form:
    return form_in(ports.policy.forms, ticket.key.kind, _record(ticket).table)


def _open(held: HeldTicket, case: Case | None, *, ports: Ports) -> bool:
    """Whether the ticket was made now, so that nobody can have ended it yet."""
    ticket, form = held.ticket, ports.policy.forms[held.ticket.key.kind]
    user = ports.users.read(ticket.owner)
    held.check_time()
    found = ports.desk.find(form.table, ticket.key.ticket_id)
    if len(found) > 1:
        numbers = [each.number for each in found]
        ports.alarms.tell(TWO_TICKETS, ticket_id=ticket.key.ticket_id, numbers=numbers)
    if not found:
        held.check_time()
        made = ports.desk.create(form.table, wording.opening(ticket, case, user, form))
        _opened(held, made, case, ports=ports)
        return True
    _opened(held, found[0], None, ports=ports)
    return False


def _opened(held: HeldTicket, made: desk.Record, case: Case | None, *, ports: Ports) -> None:
    """`case` is what a new ticket says. A ticket that was found may say less."""
    record = Record(made.table, made.record_id, made.number, made.url)

    def change(ticket: Ticket) -> Ticket:
        opened = replace(ticket, record=record, shown=Shown.OPEN, opened_at=ports.now())
        return replace(opened, run_shown=case.run if case else 1)

    held.save(change, lambda ticket: announce.opened(ticket, ports=ports))


def _read(held: HeldTicket, *, ports: Ports) -> desk.Record:
    record = _record(held.ticket)
    held.check_time()
    return ports.desk.read(record.table, record.record_id)


def _ended_by_others(ticket: Ticket, found: desk.Record, case: Case, form: Form) -> bool:
    if found.state not in form.ended_states:
        return False
    if ticket.ending is None:
        return True
    ours = wording.ending(ticket, case, form, ticket.ending)
    if found.close_notes is None:
        return found.state != ours["state"]
    said, wrote = " ".join(found.close_notes.split()), " ".join(ours["close_notes"].split())
    cut = len(said) >= SHORTEST_COLUMN and wrote.startswith(said)
    return said != wrote and not cut


def give_up(held: HeldTicket, *, ports: Ports) -> None:
    """The ticket is a person's now. Asks for another one if there is something to say. The sweep
    opens that.

    What is known of the transfer is read after the ticket's row. An event that comes later finds
    the ticket closed, and asks for another one itself."""

    def another(closed: Ticket) -> tuple[Change, ...]:
        case = ports.tickets.case(closed.transfer_id) if closed.transfer_id else None
        wanted = worth_a_new_one(closed, case)
        return (Change(follower(closed, ports=ports)),) if wanted else ()

    held.save(lambda ticket: replace(ticket, shown=Shown.CLOSED), also=another)


def follower(closed: Ticket, *, ports: Ports) -> Ticket:
    """A ticket that goes on where a person closed the one before."""
    key = Key(closed.key.subject, closed.key.kind, closed.key.generation + 1)
    return Ticket(
        key=key,
        owner=closed.owner,
        requested_at=ports.now(),
        correlation_id=closed.correlation_id,
        transfer_id=closed.transfer_id,
        follows=closed.record.number if closed.record else None,
        wanted=closed.wanted,
    ).due(Rank.OPENING, ports.now())


def _write(
    held: HeldTicket, plan: Plan, case: Case, found: desk.Record | None, *, ports: Ports
) -> None:
    """`found` is the ticket as it was read. None: it was just made."""
    ticket, form = held.ticket, _form_of(held.ticket, ports=ports)
    ends = plan.becomes if plan.becomes.over else None
    already = found is not None and ends is not None and found.state in form.ended_states
    if not already:
        steps = [step for step in plan.steps if not _there(step, found)]
        *first, last = wording.portions(steps)
        for portion in first:
            _change(held, wording.note(portion, form), form, ports=ports)
        fields = wording.note(last, form)
        if ends is not None:
            fields |= wording.ending(ticket, case, form, ends)
            held.save(lambda now: replace(now, ending=ends))
        if fields:
            _change(held, fields, form, ports=ports)
    _written(held, plan, case, ports=ports)


def _change(held: HeldTicket, fields: dict[str, str], form: Form, *, ports: Ports) -> None:
    held.check_time()
    record = _record(held.ticket)
    answered = ports.desk.change(record.table, record.record_id, fields)
    _require_state(answered, fields, form)


def _require_state(answered: desk.Record, fields: dict[str, str], form: Form) -> None:
    """A rule of the instance may keep a state and still answer that all is well. Another one may
    close at once what is resolved, which is an end as well."""
    if "state" in fields and answered.state not in form.ended_states:
        raise Refused(200, f"the ticket keeps state {answered.state!r}", answered.table)


def _there(step: Step, found: desk.Record | None) -> bool:
    """Whether a try whose answer was lost has written it."""
    return found is not None and wording.reference(step) in found.work_notes


def _written(held: HeldTicket, plan: Plan, case: Case, *, ports: Ports) -> None:
    def change(ticket: Ticket) -> Ticket:
        shown = replace(ticket, shown=plan.becomes, run_shown=case.run, updated_at=ports.now())
        return replace(shown, noted=noted(ticket, plan.steps))

    tell = announce.ended if plan.becomes.over else announce.updated
    held.save(change, lambda ticket: tell(ticket, ports=ports))


def _record(ticket: Ticket) -> Record:
    if ticket.record is None:
        raise ValueError(f"ticket {ticket.key.ticket_id} is not opened")
    return ticket.record
