"""Tickets and what is known of their transfers, for another region. So it finds the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from botocore.client import BaseClient

from runtime.dynamodb.carriage import Carriage, Kind, newer
from runtime.dynamodb.items import Item
from runtime.dynamodb.table import Action
from services.ticketing.adapters.dynamodb_tickets import (
    CASE,
    TICKET,
    case_row,
    leading_rows,
    ticket_row,
)
from services.ticketing.domain.case import Case
from services.ticketing.domain.ticket import Ticket

OF_TRANSFER, OF_REQUEST = "T#", "R#"


def ticket_carriage(client: BaseClient, table: str, now: Callable[[], datetime]) -> Carriage:
    def of_case(case: Case) -> Item:
        return case_row(case, now())

    def of_ticket(ticket: Ticket) -> Item:
        return ticket_row(ticket, now())

    def leading(ticket: Ticket, stored: Ticket | None) -> Sequence[Action]:
        return leading_rows(ticket, now())

    kinds = [
        Kind("case", Case, OF_TRANSFER, CASE, of_case, lambda case: case, newer),
        Kind(
            "ticket",
            Ticket,
            OF_TRANSFER,
            TICKET,
            of_ticket,
            ticket_leaves,
            ticket_arrives,
            leading,
        ),
        Kind(
            "request",
            Ticket,
            OF_REQUEST,
            TICKET,
            of_ticket,
            ticket_leaves,
            ticket_arrives,
            leading,
        ),
    ]
    return Carriage(client, table, kinds)


def ticket_leaves(ticket: Ticket) -> Ticket:
    """Nobody in the other region holds it, and nothing of it is due there: while its transfer is at
    home here, this region writes it. The next event that is heard there makes it due."""
    return replace(ticket, lease=None, due_at=None)


def ticket_arrives(ticket: Ticket, stored: Ticket | None) -> Ticket | None:
    arrived: Ticket | None = newer(ticket, stored)
    return None if arrived is None else ticket_leaves(arrived)
