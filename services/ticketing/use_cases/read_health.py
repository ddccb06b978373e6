"""Says whether tickets are written, and what waits."""

from dataclasses import dataclass
from datetime import datetime

from kernel.caller import SEE_ALL_TRANSFERS, Caller
from services.ticketing.domain.errors import RoleMissing
from services.ticketing.domain.gate import Gate
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.ticket import Rank
from services.ticketing.domain_services.gatekeeping import is_stopped

COUNTED = 1_000


@dataclass(frozen=True)
class Health:
    status: str
    gate: Gate
    waiting: dict[Rank, int]
    oldest: datetime | None


def read_health(caller: Caller, *, ports: Ports) -> Health:
    """Raises RoleMissing."""
    if not caller.has(SEE_ALL_TRANSFERS):
        raise RoleMissing(tuple(sorted(SEE_ALL_TRANSFERS)))
    gate = ports.gates.read()
    waiting = {rank: ports.tickets.waiting(rank, COUNTED) for rank in Rank}
    oldest = min((at for found in waiting.values() for at in found), default=None)
    counts = {rank: len(found) for rank, found in waiting.items()}
    return Health(_status(gate, ports=ports), gate, counts, oldest)


def _status(gate: Gate, *, ports: Ports) -> str:
    if not ports.policy.on:
        return "off"
    if is_stopped(gate, ports=ports):
        return "stopped"
    if gate.scarce(ports.now()):
        return "slow"
    return "ok" if gate.trouble is None else "waiting"
