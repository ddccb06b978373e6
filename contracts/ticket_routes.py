"""The HTTP routes of the ticketing service."""

from contracts.route import Route
from contracts.ticket_api import (
    TicketingHealthView,
    TicketRequest,
    TicketView,
    TransferTicketsView,
)

THEIR_OWN = "Everybody their own; operators, auditors and admins all."

TICKET_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/servicenow/ticket",
        "ticketing",
        "request_ticket",
        "Open a ticket of your own; its number is null while ServiceNow cannot be reached",
        TicketView,
        "Everybody with a role; about a transfer that they may see.",
        202,
        request=TicketRequest,
        problems=(403, 404, 409),
        idempotency_key=True,
    ),
    Route(
        "GET",
        "/api/servicenow/ticket/{number}",
        "ticketing",
        "read_ticket",
        "One of the tickets that FileFerry opened, with what ServiceNow says of it now",
        TicketView,
        THEIR_OWN,
        problems=(404,),
    ),
    Route(
        "GET",
        "/api/servicenow/health",
        "ticketing",
        "read_ticketing_health",
        "Whether tickets are written, and what waits",
        TicketingHealthView,
        "Operators, auditors and admins.",
        problems=(403,),
    ),
    Route(
        "GET",
        "/api/transfer/{id}/tickets",
        "ticketing",
        "list_transfer_tickets",
        "The tickets of a transfer",
        TransferTicketsView,
        THEIR_OWN,
        problems=(404,),
    ),
)
