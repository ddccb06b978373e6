"""Reads one chunk back from the part file and compares it, once all chunks are moved."""

from collections.abc import Sequence

from services.transfer.domain.errors import ChunkCorrupted, TargetDamaged
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, DoneChunk, Mark
from services.transfer.domain.ports import FileReader, Ports
from services.transfer.domain.samples import readback_ranges
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.compare_samples import Pieces
from services.transfer.domain_services.lane_pulse import LanePulse


def prove_chunk(
    lease: ChunkLease, transfer: Transfer, reader: FileReader, pulse: LanePulse, *, ports: Ports
) -> bool:
    """False when the chunk is being moved again, so that there is nothing to prove now. Raises
    ChunkCorrupted when it reads back differently: then it is moved again. Raises TargetDamaged when
    it differs for the second time."""
    done = ports.ledger.done_chunk(transfer.ledger, lease.number)
    if done is None:
        pulse.give_back(NOTHING_DONE)
        return False
    mark = _read_back(lease, transfer, reader, pulse, ports=ports)
    if mark.done_bytes < done.length_bytes:
        pulse.give_back(mark)
    elif _sum_of(mark, transfer) == _sum_of(done.mark, transfer):
        pulse.finish(mark, done.part, transfer.known_plan)
    else:
        # Do this first. Whatever happens to us from here on, the next worker reads the chunk from
        # its beginning. And if we lost the lease while asleep, this raises LeaseLost, so that we do
        # not reopen a chunk that another worker has proved.
        pulse.checkpoint(NOTHING_DONE)
        error = _corrupted(transfer, done, mark, ports=ports)
        pulse.give_back(NOTHING_DONE)
        raise error
    return True


def _read_back(
    lease: ChunkLease, transfer: Transfer, reader: FileReader, pulse: LanePulse, *, ports: Ports
) -> Mark:
    offset, length = transfer.known_plan.range_of(lease.number)
    mark = lease.mark
    ranges = _ranges_from(lease, transfer, length)
    pieces = Pieces(reader.read((offset + at, end - at) for at, end in ranges))
    try:
        for at, end in ranges:
            for piece in pieces.take(end - at):
                at += len(piece)
                crc = ports.crc64.update(_sum_of(mark, transfer), piece)
                mark = _mark(at, crc, transfer)
                if not pulse.goes_on(0):
                    return mark
    except BaseException:
        pulse.give_back(mark)
        raise
    return mark


def _ranges_from(lease: ChunkLease, transfer: Transfer, length: int) -> Sequence[tuple[int, int]]:
    """What is left to read, as (begin, end) in the chunk. The last range ends with the chunk."""
    ranges, done = [(0, length)], lease.mark.done_bytes
    if transfer.reads_share_back:
        percent, secret = transfer.readback_percent, transfer.sample_secret
        ranges = readback_ranges(lease.ledger, lease.number, length, percent, secret)
    return [(max(begin, done), end) for begin, end in ranges if end > done]


def _sum_of(mark: Mark, transfer: Transfer) -> int:
    return mark.readback_crc64 if transfer.reads_share_back else mark.crc64


def _mark(done_bytes: int, crc: int, transfer: Transfer) -> Mark:
    if transfer.reads_share_back:
        return Mark(done_bytes, readback_crc64=crc)
    return Mark(done_bytes, crc)


def _corrupted(
    transfer: Transfer, done: DoneChunk, found: Mark, *, ports: Ports
) -> ChunkCorrupted | TargetDamaged:
    sent, seen = f"{_sum_of(done.mark, transfer):016x}", f"{_sum_of(found, transfer):016x}"
    again = transfer.moved_again and not transfer.known_strategy.reopens  # all was sent anew
    if done.doubts or again:
        return TargetDamaged(done.part, f"Chunk {done.number}", sent, seen)
    ports.ledger.reopen(transfer.ledger, done)
    return ChunkCorrupted(done.part, done.number, sent, seen)
