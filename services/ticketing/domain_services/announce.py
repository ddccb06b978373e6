"""Makes the events of ticketing, as the contracts describe them, ready for the outbox."""

from typing import Any

from contracts import ticket_events as fact
from contracts.catalogue import encode
from contracts.contract import Published
from contracts.envelope import Event, Meta
from contracts.transfer_events import Failure
from kernel.outbox import OutboxEvent
from services.ticketing.domain.case import Trouble
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.ticket import Shown, Ticket

TICKETS = "ticketing"  # correlation id of what is said of no ticket


def opened(ticket: Ticket, *, ports: Ports) -> OutboxEvent:
    told: dict[str, Any] = {"follows": ticket.follows, "opened_at": ports.now()}
    return _event(fact.TicketOpenedV1(**_named(ticket), **told), ticket, ports=ports)


def updated(ticket: Ticket, *, ports: Ports) -> OutboxEvent:
    told: dict[str, Any] = {"left_open": ticket.shown is Shown.LEFT_OPEN, "updated_at": ports.now()}
    return _event(fact.TicketUpdatedV1(**_named(ticket), **told), ticket, ports=ports)


def ended(ticket: Ticket, *, ports: Ports) -> OutboxEvent:
    outcome: Any = "cancelled" if ticket.shown is Shown.CANCELLED else "resolved"
    told: dict[str, Any] = {"outcome": outcome, "resolved_at": ports.now()}
    return _event(fact.TicketResolvedV1(**_named(ticket), **told), ticket, ports=ports)


def failed(trouble: Trouble, ticket: Ticket | None = None, *, ports: Ports) -> OutboxEvent:
    failure = Failure(code=trouble.code, message=trouble.message, retryable=trouble.retryable)
    data = fact.TicketingFailedV1(failure=failure, failed_at=ports.now())
    if ticket is not None:
        data = fact.TicketingFailedV1(
            ticket_id=ticket.key.ticket_id,
            kind=ticket.key.kind.value,
            transfer_id=ticket.transfer_id,
            owner=ticket.owner,
            number=ticket.record.number if ticket.record else None,
            failure=failure,
            failed_at=ports.now(),
        )
    return _event(data, ticket, ports=ports)


def _named(ticket: Ticket) -> dict[str, Any]:
    if ticket.record is None:
        raise ValueError(f"ticket {ticket.key.ticket_id} is not opened")
    return {
        "ticket_id": ticket.key.ticket_id,
        "kind": ticket.key.kind.value,
        "transfer_id": ticket.transfer_id,
        "owner": ticket.owner,
        "number": ticket.record.number,
        "table": ticket.record.table,
        "record_id": ticket.record.record_id,
        "url": ticket.record.url,
        "sequence": ticket.events + 1,
    }


def _event(data: Published, ticket: Ticket | None, *, ports: Ports) -> OutboxEvent:
    event_id = ports.new_id()
    correlation_id = ticket.correlation_id if ticket else TICKETS
    meta = Meta(event_id=event_id, occurred_at=ports.now(), correlation_id=correlation_id)
    detail_type, detail = encode(Event(meta=meta, data=data))
    return OutboxEvent(event_id, detail_type, detail)
