"""Writes whatever is due and was not written: openings first, then endings, then notes."""

from datetime import timedelta

from services.ticketing.domain.gate import Gate
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.ticket import Key, Rank
from services.ticketing.domain_services.gatekeeping import may_call
from services.ticketing.domain_services.write_ticket import write_ticket

PAGE = 25
OLDEST = "OldestTicketSeconds"


def sweep_tickets(within: timedelta, *, ports: Ports) -> int:
    """Begins none after that time. Returns how many it looked at. A stage without tickets calls
    nobody, though some may still wait there."""
    if not ports.policy.on:
        return 0
    end, seen = ports.now() + within, set[Key]()
    while ports.now() < end:
        gate = ports.gates.read()
        if not may_call(gate, ports=ports):
            break
        keys = _next(gate, seen, ports=ports)
        if not keys:
            break
        for key in keys:
            seen.add(key)
            notes_too = not gate.scarce(ports.now())
            if not write_ticket(key, notes_too=notes_too, ports=ports) or ports.now() >= end:
                break
    _measure(ports=ports)
    return len(seen)


def _next(gate: Gate, seen: set[Key], *, ports: Ports) -> list[Key]:
    """Of the first rank that has any. The index may still have those that were written."""
    now = ports.now()
    ranks = (Rank.OPENING, Rank.ENDING) if gate.scarce(now) else tuple(Rank)
    for rank in ranks:
        due = ports.tickets.due(rank, now, PAGE + len(seen))
        if keys := [key for key in due if key not in seen]:
            return keys
    return []


def _measure(*, ports: Ports) -> None:
    """How long the oldest opening or ending has waited. An alarm is on it."""
    now = ports.now()
    waiting = [
        at for rank in (Rank.OPENING, Rank.ENDING) for at in ports.tickets.waiting(rank, PAGE)
    ]
    oldest = max((now - at for at in waiting), default=timedelta())
    ports.alarms.measure(OLDEST, max(0.0, oldest.total_seconds()))
