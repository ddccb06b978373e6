"""Keeps what an event tells of a transfer, and says what is due of its tickets."""

from collections.abc import Sequence
from dataclasses import replace

from contracts.envelope import Event
from contracts.transfer_events import TransferFact
from services.ticketing.domain.case import Case
from services.ticketing.domain.errors import CaseBusy
from services.ticketing.domain.ports import Change, Ports
from services.ticketing.domain.ticket import Key, Kind, Ticket
from services.ticketing.domain_services.lead import follower
from services.ticketing.domain_services.plan import goes_on, with_due, worth_a_new_one
from services.ticketing.domain_services.projection import told

TRIES = 20
OF_TRANSFERS = (Kind.USER, Kind.AUDIT)


def keep_told(received: Event[TransferFact], *, ports: Ports) -> None:
    """Raises CaseBusy."""
    event, at = received.data, received.meta.occurred_at
    if not ports.policy.on or event.owner == ports.policy.synthetic_user:
        return
    subject = f"T#{event.transfer_id}"
    for _ in range(TRIES):
        before = ports.tickets.case(event.transfer_id)
        case = told(before, event, at, ports.policy.lasts)
        if case is before:
            return
        changes: Sequence[Change] = ()
        if before is None or case.steps != before.steps:
            known = ports.tickets.of_subject(subject)
            changes = _changes(case, known, received.meta.correlation_id, ports=ports)
        if ports.tickets.store(changes, (case, before)):
            if changes:
                ports.nudges.send(subject)
            return
    raise CaseBusy(event.transfer_id)


def _changes(
    case: Case, known: Sequence[Ticket], correlation_id: str, *, ports: Ports
) -> Sequence[Change]:
    newest = {ticket.key.kind: ticket for ticket in known}  # in the order of the generations
    found = [
        _change(kind, newest.get(kind), case, correlation_id, ports=ports) for kind in OF_TRANSFERS
    ]
    return [change for change in found if change is not None]


def _change(
    kind: Kind, ticket: Ticket | None, case: Case, correlation_id: str, *, ports: Ports
) -> Change | None:
    now, every = ports.now(), ports.policy.note_every
    if ticket is None:
        new = Ticket(
            key=Key(f"T#{case.transfer_id}", kind),
            owner=case.owner,
            requested_at=case.requested_at,
            correlation_id=correlation_id,
            transfer_id=case.transfer_id,
        )
        return Change(with_due(new, case, now, every))
    if worth_a_new_one(ticket, case) or goes_on(ticket, case):
        return Change(follower(ticket, ports=ports))
    if ticket.shown.over:
        return None
    wanted = replace(ticket, wanted=ticket.wanted + 1)
    return Change(with_due(wanted, case, now, every), ticket)
