"""Checksums that are made while the bytes pass, only to be compared with the partner in the end."""

from dataclasses import replace

from services.transfer.domain.checksums import COMBINABLE, Algorithm, Crc, FileChecksum, hasher
from services.transfer.domain.ledger import ChunkLease, Mark
from services.transfer.domain.ports import Ports
from services.transfer.domain.samples import readback_ranges, sampled
from services.transfer.domain.transfer import Transfer


class InOrderHash:
    """Of all bytes of the file, as long as one lane writes them from the first to the last in one
    turn. Any gap or repetition ends it, because a hash cannot go back."""

    def __init__(self, algorithm: Algorithm) -> None:
        self._algorithm, self._hasher, self._end = algorithm, hasher(algorithm, None), 0
        self._broken = False

    def feed(self, offset: int, block: memoryview) -> None:
        self._broken = self._broken or offset != self._end
        if not self._broken:
            self._hasher.update(block)
            self._end += len(block)

    def of_file(self, size_bytes: int) -> FileChecksum | None:
        if self._broken or self._end != size_bytes:
            return None
        return FileChecksum(self._algorithm, self._hasher.hexdigest())


def in_order_hash(transfer: Transfer) -> InOrderHash | None:
    """For a file that is about to be created. None where no such hash is needed: the strategy
    compares none, or S3 has it."""
    algorithm, of_source = transfer.known_strategy.checksum, transfer.known_source.checksum
    if algorithm is None or algorithm in COMBINABLE:
        return None
    given = of_source is not None and of_source.algorithm is algorithm and of_source.value
    return None if given else InOrderHash(algorithm)


def target_crc(transfer: Transfer, ports: Ports) -> Crc | None:
    """The CRC in the algorithm of the partner's server. None where the chunks have it anyway."""
    algorithm, of_source = transfer.known_strategy.checksum, transfer.known_source.checksum
    if algorithm is None or algorithm not in COMBINABLE or algorithm is Algorithm.CRC64NVME:
        return None
    if of_source is not None and of_source.combines and of_source.algorithm is algorithm:
        return None
    return ports.crcs[algorithm]


class ProofSums:
    """Of one chunk."""

    def __init__(
        self, transfer: Transfer, lease: ChunkLease, in_order: InOrderHash | None, ports: Ports
    ) -> None:
        offset, length = transfer.known_plan.range_of(lease.number)
        self._offset, self._in_order = offset, in_order
        self._crc64, self._target_crc = ports.crc64, target_crc(transfer, ports)
        self._ranges: list[tuple[int, int]] = []
        if transfer.reads_share_back:
            percent, secret = transfer.readback_percent, transfer.sample_secret
            self._ranges = readback_ranges(lease.ledger, lease.number, length, percent, secret)

    def add(self, before: Mark, block: memoryview, after: Mark) -> Mark:
        """`after`, with the sums of `block`, which comes behind `before`."""
        if self._in_order is not None:
            self._in_order.feed(self._offset + before.done_bytes, block)
        if self._target_crc is not None:
            crc = self._target_crc.update(before.target_crc, block)
            after = replace(after, target_crc=crc)
        if self._ranges:
            crc = before.readback_crc64
            for piece in sampled(self._ranges, before.done_bytes, block):
                crc = self._crc64.update(crc, piece)
            after = replace(after, readback_crc64=crc)
        return after
