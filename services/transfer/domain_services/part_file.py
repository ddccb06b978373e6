"""Whether the part file can still hold all that is done according to the ledger."""

from contextlib import suppress
from dataclasses import dataclass

from services.transfer.domain.errors import PartDamaged, PartMissing
from services.transfer.domain.ports import ChunkSink, PartnerSession, Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.look_at_target import Look, look_at


@dataclass(frozen=True)
class Sent:
    """What this lane has sent through `sink`, up to `until` of the file. It may be on its way."""

    until: int
    sink: ChunkSink


def require_whole(
    transfer: Transfer, session: PartnerSession, sent: Sent | None = None, *, ports: Ports
) -> None:
    """Raises PartMissing. Raises PartDamaged for a file that ends before the highest byte that was
    acknowledged and made durable, or that was `sent`. Where the server shows no sizes, only the
    reading back at the end can find such damage."""
    path, least = transfer.known_part.path, _least_bytes(transfer, ports=ports)
    if sent is not None:
        least = max(least, sent.until)
    seen = look_at(session, path, transfer.known_strategy)
    if seen.size_bytes is not None and seen.size_bytes < least:
        if sent is not None:
            sent.sink.flush(durable=True)
        seen = _look_anew(transfer, session)
    if seen.there is False:
        raise PartMissing(path)
    if seen.size_bytes is not None and seen.size_bytes < least:
        raise PartDamaged(path, least, seen.size_bytes)


def _look_anew(transfer: Transfer, session: PartnerSession) -> Look:
    """A server on a network file system may show an old size until somebody opens the file."""
    path, strategy = transfer.known_part.path, transfer.known_strategy
    if strategy.reads:
        with suppress(*UNSEEN):
            session.open_reader(path).close()
    return look_at(session, path, strategy)


def _least_bytes(transfer: Transfer, *, ports: Ports) -> int:
    """The least size that the file must have. Ask for it before the size: the file only grows."""
    plan, (leases, highest) = transfer.known_plan, ports.ledger.reached(transfer.ledger)
    ends = [0] if highest is None else [sum(plan.range_of(highest.number))]
    for lease in leases:
        if lease.mark.done_bytes:
            ends.append(plan.range_of(lease.number)[0] + lease.mark.done_bytes)
    return max(ends)
