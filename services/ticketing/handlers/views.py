"""Tickets as answers of the API."""

from contracts import ticket_api as http
from contracts.transfer_events import Failure
from kernel.shown_names import shown
from services.ticketing.domain.case import Trouble
from services.ticketing.domain.desk import Record
from services.ticketing.domain.ticket import Rank, Shown, Ticket
from services.ticketing.use_cases.read_health import Health

STATUS: dict[Shown, http.TicketStatus] = {
    Shown.NOTHING: "waiting",
    Shown.OPEN: "open",
    Shown.LEFT_OPEN: "open",
    Shown.RESOLVED: "resolved",
    Shown.CANCELLED: "cancelled",
    Shown.CLOSED: "closed",
}
LONGEST = 200  # of a value that people wrote there


def ticket_view(ticket: Ticket, live: Record | None = None) -> http.TicketView:
    record = ticket.record
    return http.TicketView(
        id=ticket.key.subject.partition("#")[2] if ticket.wish else ticket.key.ticket_id,
        kind=ticket.key.kind.value,
        status=STATUS[ticket.shown],
        transfer_id=ticket.transfer_id,
        owner=ticket.owner,
        number=record.number if record else None,
        url=record.url if record else None,
        follows=ticket.follows,
        requested_at=ticket.requested_at,
        opened_at=ticket.opened_at,
        updated_at=ticket.updated_at,
        trouble=failure_of(ticket.trouble),
        live=_live(live) if live else None,
    )


def health_view(health: Health) -> http.TicketingHealthView:
    gate, waiting = health.gate, health.waiting
    return http.TicketingHealthView(
        status=health.status,  # type: ignore[arg-type]
        trouble=failure_of(gate.trouble),
        since=gate.since,
        next_try_at=gate.closed_until if health.status != "stopped" else None,
        openings_waiting=waiting[Rank.OPENING],
        endings_waiting=waiting[Rank.ENDING],
        notes_waiting=waiting[Rank.NOTE],
        oldest_waiting_since=health.oldest,
    )


def failure_of(trouble: Trouble | None) -> Failure | None:
    if trouble is None:
        return None
    return Failure(code=trouble.code, message=trouble.message, retryable=trouble.retryable)


def _live(record: Record) -> http.LiveTicketView:
    said = {name: shown(value, LONGEST) for name, value in record.shown.items() if value}
    return http.LiveTicketView(
        state=said.get("state", record.state),
        assigned_to=said.get("assigned_to"),
        assignment_group=said.get("assignment_group"),
        updated_at=record.updated_at,
    )
