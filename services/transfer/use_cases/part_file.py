"""Whether the part file can still hold what the ledger tells of."""

from typing import Protocol

from services.transfer.domain.errors import PartDamaged, PartMissing, PermissionDenied
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer


class ShowsSizes(Protocol):
    def size(self, path: str) -> int | None: ...


def require_whole(transfer: Transfer, session: ShowsSizes, *, ports: Ports) -> None:
    """Raises PartMissing, and PartDamaged for a file that ends before the highest byte that was
    acknowledged and made durable."""
    path, least = transfer.recorded_part.path, _least_bytes(transfer, ports=ports)
    try:
        found = session.size(path)
    except PermissionDenied:
        return  # it shows no sizes: what is read back in the end has to do
    if found is None:
        raise PartMissing(path)
    if found < least:
        raise PartDamaged(path, least, found)


def _least_bytes(transfer: Transfer, *, ports: Ports) -> int:
    """Asked before the size is: meanwhile the file only grows."""
    plan, highest = transfer.planned, ports.ledger.highest_done(transfer.ledger)
    ends = [0] if highest is None else [sum(plan.range_of(highest.number))]
    for lease in ports.ledger.open_leases(transfer.ledger):
        if lease.mark.done_bytes:
            ends.append(plan.range_of(lease.number)[0] + lease.mark.done_bytes)
    return max(ends)
