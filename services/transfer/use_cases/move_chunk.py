"""Moves one chunk into the part file: read, checksum, write at its offset, prove."""

from collections.abc import Callable
from dataclasses import dataclass

from services.transfer.domain.errors import ChunkCorrupted
from services.transfer.domain.ledger import ChunkLease
from services.transfer.domain.ports import ChunkSink, Crc64, ObjectSource
from services.transfer.domain.transfer import Transfer, Verify

READ_BYTES = 1 << 20  # S3 reads of 64 KiB cost twice the CPU of 1 MiB ones


@dataclass(frozen=True)
class Route:
    """From where to where: one lane's open source and sink."""

    transfer: Transfer
    source: ObjectSource
    sink: ChunkSink
    crc64: Crc64


@dataclass(frozen=True)
class Moved:
    """The first `done_bytes` of the chunk are at the partner, acknowledged; `crc64` is theirs."""

    done_bytes: int
    crc64: int


def move_chunk(lease: ChunkLease, route: Route, goes_on: Callable[[int], bool]) -> Moved:
    """Goes on from the lease's checkpoint. `goes_on(done_bytes)` is asked after every block: with
    False the chunk is brought to a checkpoint there. Every byte counted is acknowledged and, where
    the server can, durable. Memory: two blocks, whatever the chunk's size."""
    transfer, sink = route.transfer, route.sink
    offset, length = transfer.planned.range_of(lease.number)
    begin, left = offset + lease.done_bytes, length - lease.done_bytes
    block_bytes = max(1, READ_BYTES // sink.block_bytes) * sink.block_bytes
    sent, crc = 0, 0  # of what this lease adds
    for block in route.source.read(transfer.pinned, begin, left, block_bytes):
        sink.write(begin + sent, block)
        crc = route.crc64.update(crc, block)
        sent += len(block)
        if not goes_on(lease.done_bytes + sent):
            break
    done = lease.done_bytes + sent
    sink.flush(durable=True, beat=lambda: goes_on(done))
    if transfer.verify is Verify.READBACK:
        found = 0
        for block in sink.read(begin, sent):
            found = route.crc64.update(found, block)
            goes_on(done)  # the lease lives on; the comparison is finished in any case
        if found != crc:
            raise ChunkCorrupted(transfer.part, lease.number, f"{crc:016x}", f"{found:016x}")
    return Moved(done, route.crc64.combine(lease.crc64, crc, sent))
