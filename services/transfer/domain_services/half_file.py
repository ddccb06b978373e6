"""A direct delivery that broke leaves a half file under the target's name. Is it still that one?"""

from services.transfer.domain.errors import SizeMismatch
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, DoneChunk, LedgerId, Mark
from services.transfer.domain.part_file import MAKER_LIFETIME, PartFile
from services.transfer.domain.ports import FileKind, PartnerSession, Ports
from services.transfer.domain.samples import sample_ranges
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.look_at_target import look_at, require_a_file


def is_ours(half: PartFile, transfer: Transfer, session: PartnerSession, *, ports: Ports) -> bool:
    """False where nothing has the name, or where size or beginning show that it is another file. By
    then another transfer, or the partner, may have put one there. If the server shows nothing, it
    counts as ours. If nothing was acknowledged, as after a crash in its first seconds, it does so
    for some minutes. Raises TargetNotAFile."""
    ledger, strategy = LedgerId(transfer.id, half.generation), transfer.known_strategy
    seen = look_at(session, half.path, strategy)
    require_a_file(half.path, seen)
    if seen.there is False or seen.kind is FileKind.LINK:
        return False
    if not half.made:
        return seen.size_bytes == 0  # perhaps created, and never written to
    whole, acknowledged = transfer.known_source.size_bytes, _acknowledged_bytes(ledger, ports)
    if seen.size_bytes is not None and not acknowledged <= seen.size_bytes <= whole:
        return False
    if seen.size_bytes and not acknowledged:
        return ports.now() < half.recorded_at + MAKER_LIFETIME
    try:
        if not strategy.reads:
            return True
        secret = transfer.sample_secret
        return _begins_as_sent(half.path, ledger, session, secret, ports=ports)
    except SizeMismatch:
        return False
    except UNSEEN:
        return True


def _acknowledged_bytes(ledger: LedgerId, ports: Ports) -> int:
    """It was written in order, through one handle."""
    moving = sum(_reached(each).done_bytes for each in ports.ledger.open_leases(ledger))
    return ports.ledger.progress(ledger).bytes_done + moving


def _begins_as_sent(
    path: str, ledger: LedgerId, session: PartnerSession, secret: str, *, ports: Ports
) -> bool:
    first = ports.ledger.done_chunk(ledger, 0)
    if first is None:
        sent = next((_reached(each) for each in ports.ledger.open_leases(ledger)), NOTHING_DONE)
        ranges, expected = [(0, sent.done_bytes)], sent.crc64
    else:
        ranges, expected = _samples_of(first, ledger, secret, ports), first.mark.sample_crc64
    found = 0
    with session.open_reader(path) as reader:
        for block in reader.read(ranges):
            found = ports.crc64.update(found, block)
    return found == expected


def _samples_of(
    first: DoneChunk, ledger: LedgerId, secret: str, ports: Ports
) -> list[tuple[int, int]]:
    """As (offset, length) in the file."""
    chunks = ports.ledger.progress(ledger).chunks_total
    ranges = sample_ranges(ledger, first.number, first.length_bytes, chunks, secret)
    return [(begin, end - begin) for begin, end in ranges]


def _reached(lease: ChunkLease) -> Mark:
    return lease.ahead or lease.mark
