"""Asks whether ServiceNow may be called, and remembers what it answered."""

from dataclasses import replace

from services.ticketing.domain.errors import DeskError
from services.ticketing.domain.gate import Gate
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.ticket import Ticket
from services.ticketing.domain_services import announce

TRIES = 5


def may_call(gate: Gate, *, ports: Ports) -> bool:
    """False while it is closed, and after a refused login until the secret has another value."""
    if not gate.open(ports.now()):
        return False
    return not is_stopped(gate, ports=ports)


def is_stopped(gate: Gate, *, ports: Ports) -> bool:
    """As long as nobody knows the secret's value, it counts as the one that was refused."""
    if gate.refused_login is None:
        return False
    try:
        return gate.stopped(ports.login.version().version)
    except DeskError:
        return True


def explained(ticket: Ticket, *, ports: Ports) -> Ticket:
    """For people: with the trouble of the instance, where the ticket waits and has none of its own.
    It was not tried, because nobody may call."""
    due = ticket.due_at is not None and ticket.due_at <= ports.now()
    if not due or ticket.trouble is not None:
        return ticket
    return replace(ticket, trouble=ports.gates.read().trouble)


def note_success(*, ports: Ports) -> None:
    """A call that began before its login was refused says nothing about that."""
    gate = ports.gates.read()
    if is_stopped(gate, ports=ports):
        return
    healed = gate.after_success(ports.now())
    if healed != gate:
        ports.gates.store(healed)  # if another one was faster, it knows as much


def note_error(error: DeskError, *, ports: Ports) -> None:
    """Says so in an event when nothing is tried any more."""
    for _ in range(TRIES):
        gate = ports.gates.read()
        after = gate.after_error(error, ports.now())
        if after == gate:
            return
        stops = after.refused_login is not None and after.refused_login != gate.refused_login
        told = (announce.failed(after.trouble, ports=ports),) if stops and after.trouble else ()
        if stops:
            ports.alarms.tell(error.code)
        if ports.gates.store(after, told):
            return
