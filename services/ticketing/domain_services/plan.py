"""What is still to be written of a ticket, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.ticketing.domain.case import Case, Status, Step
from services.ticketing.domain.ticket import Kind, Rank, Shown, Ticket

ENDS = {
    Status.COMPLETED: Shown.RESOLVED,
    Status.CANCELLED: Shown.CANCELLED,
    Status.FAILED: Shown.LEFT_OPEN,
}


@dataclass(frozen=True)
class Plan:
    """`steps` are to be added, and then the ticket is to show `becomes`. `ends`: something is over,
    which cannot wait."""

    steps: tuple[Step, ...]
    becomes: Shown
    ends: bool


def planned(ticket: Ticket, case: Case | None) -> Plan | None:
    """None when nothing is to be written: a ticket that is over stays as it is."""
    if case is None or ticket.key.kind is Kind.REQUEST or ticket.shown.over:
        return None
    becomes = ENDS.get(case.status, Shown.OPEN)
    steps = tuple(step for step in case.steps if step.sequence not in set(ticket.noted))
    news = becomes is not ticket.shown or case.run > ticket.run_shown
    if not steps and becomes is ticket.shown:
        return None
    return Plan(steps, becomes, ends=case.status.over and news)


def with_due(ticket: Ticket, case: Case | None, now: datetime, every: timedelta) -> Ticket:
    """The ticket with what is due of it. Notes come at most once in `every`."""
    if ticket.record is None and not ticket.shown.over:
        return ticket.due(Rank.OPENING, ticket.due_at or now)
    plan = planned(ticket, case)
    if plan is None:
        return ticket.nothing_due()
    if plan.ends:
        return ticket.due(Rank.ENDING, now)
    return ticket.due(Rank.NOTE, max(now, spoken_at(ticket, now) + every))


def spoken_at(ticket: Ticket, now: datetime) -> datetime:
    """When something was last written into it."""
    return max(filter(None, (ticket.opened_at, ticket.updated_at)), default=now)


def worth_a_new_one(ticket: Ticket, case: Case | None) -> bool:
    """Whether there is something to say for which a ticket that was closed has no place."""
    if case is None or ticket.shown is not Shown.CLOSED or ticket.key.kind is Kind.REQUEST:
        return False
    audit = ticket.key.kind is Kind.AUDIT
    tells = case.status.over if audit else case.status is Status.FAILED
    return tells and case.heard not in ticket.noted  # the step of its end


def goes_on(ticket: Ticket, case: Case) -> bool:
    """Whether a transfer that our ticket called over goes on in another run."""
    ended = ticket.shown in (Shown.RESOLVED, Shown.CANCELLED)
    return ended and case.run > ticket.run_shown


def noted(ticket: Ticket, steps: Sequence[Step]) -> tuple[int, ...]:
    return tuple(sorted({*ticket.noted, *(step.sequence for step in steps)}))
