"""Writes what is due of a transfer's tickets, at once when all is well."""

from services.ticketing.domain.ports import Ports
from services.ticketing.domain_services.write_ticket import write_ticket


def write_due(subject: str, *, ports: Ports) -> None:
    """When the instance is in trouble or its hourly limit was met, the sweep alone writes, in the
    order of the ranks."""
    if not ports.policy.on or not ports.gates.read().calm(ports.now()):
        return
    for ticket in ports.tickets.of_subject(subject):
        if ticket.due_at is not None and not write_ticket(ticket.key, notes_too=True, ports=ports):
            return
