"""Reads one chunk back from the part file and compares it, once all chunks are moved."""

from services.transfer.domain.errors import ChunkCorrupted, TargetDamaged
from services.transfer.domain.ledger import NOTHING_DONE, ChunkLease, DoneChunk, Mark
from services.transfer.domain.ports import FileReader, Ports
from services.transfer.domain.transfer import Transfer
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
    elif mark.crc64 == done.mark.crc64:
        pulse.finish(mark, done.part)
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
    try:
        for block in reader.read([(offset + mark.done_bytes, length - mark.done_bytes)]):
            crc = ports.crc64.update(mark.crc64, block)
            mark = Mark(mark.done_bytes + len(block), crc)
            if not pulse.goes_on(0):
                break
    except BaseException:
        pulse.give_back(mark)
        raise
    return mark


def _corrupted(
    transfer: Transfer, done: DoneChunk, found: Mark, *, ports: Ports
) -> ChunkCorrupted | TargetDamaged:
    sent, seen = f"{done.mark.crc64:016x}", f"{found.crc64:016x}"
    again = transfer.moved_again and not transfer.known_strategy.reopens  # all was sent anew
    if done.doubts or again:
        return TargetDamaged(done.part, f"Chunk {done.number}", sent, seen)
    ports.ledger.reopen(transfer.ledger, done)
    return ChunkCorrupted(done.part, done.number, sent, seen)
