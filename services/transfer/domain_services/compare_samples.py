"""Compares sampled ranges of a file at the partner with what was sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from services.transfer.domain.errors import (
    PartMissing,
    PermissionDenied,
    SizeMismatch,
    WriteRefused,
)
from services.transfer.domain.ledger import DoneChunk
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.samples import sample_ranges
from services.transfer.domain.transfer import Transfer

HIDDEN = (PermissionDenied, WriteRefused)  # what servers answer when they do not show something


UNSEEN = (PartMissing, *HIDDEN)  # there is no such file, or the server does not show it


@dataclass(frozen=True)
class Damage:
    """The first chunk whose samples differ. `sent` and `found` are CRC64NVMEs of the samples."""

    number: int
    sent: str
    found: str


class Sample(Enum):
    EQUAL = auto()
    DIFFERENT = auto()
    UNSEEN = auto()


def sample(transfer: Transfer, session: PartnerSession, path: str, *, ports: Ports) -> Sample:
    """Compares the sampled ranges of every chunk, through a handle of its own."""
    try:
        damage = find_damage(transfer, session, path, moved(transfer, ports=ports), ports=ports)
    except UNSEEN:
        return Sample.UNSEEN
    except SizeMismatch:
        return Sample.DIFFERENT
    return Sample.EQUAL if damage is None else Sample.DIFFERENT


def find_damage(
    transfer: Transfer,
    session: PartnerSession,
    path: str,
    chunks: Sequence[DoneChunk],
    *,
    ports: Ports,
) -> Damage | None:
    """None where all samples of the chunks are equal. Raises SizeMismatch, and the errors in
    UNSEEN."""
    if not transfer.known_strategy.reads:
        raise PermissionDenied(path, "read")
    with session.open_reader(path) as reader:
        blocks = Pieces(reader.read(_joined(_ranges(transfer, chunks))))
        for chunk in chunks:
            found = 0
            for _, length in _ranges(transfer, [chunk]):
                for block in blocks.take(length):
                    found = ports.crc64.update(found, block)
            if found != chunk.mark.sample_crc64:
                sent = f"{chunk.mark.sample_crc64:016x}"
                return Damage(chunk.number, sent, f"{found:016x}")
    return None


def moved(transfer: Transfer, *, ports: Ports) -> Sequence[DoneChunk]:
    """Every chunk that is done, in order. They are 10,000 at most, some megabytes."""
    return list(ports.ledger.done_chunks(transfer.ledger))


def _ranges(transfer: Transfer, chunks: Sequence[DoneChunk]) -> Iterator[tuple[int, int]]:
    """The sampled ranges of the chunks, as (offset, length) in the file."""
    plan = transfer.known_plan
    for chunk in chunks:
        offset, length = plan.range_of(chunk.number)
        secret = transfer.sample_secret
        for begin, end in sample_ranges(transfer.ledger, chunk.number, length, plan.total, secret):
            yield offset + begin, end - begin


def _joined(ranges: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same bytes in fewer requests: where a chunk ends, the next one begins."""
    begin, length = next(ranges, (0, 0))
    for offset, more in ranges:
        if offset == begin + length:
            length += more
        else:
            yield begin, length
            begin, length = offset, more
    if length:
        yield begin, length


def sampled_bytes(transfer: Transfer, chunks: Sequence[DoneChunk]) -> int:
    return sum(length for _, length in _ranges(transfer, chunks))


class Pieces:
    """Blocks of any size, taken in pieces of a wanted length."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._left = blocks, memoryview(b"")

    def take(self, length: int) -> Iterator[memoryview]:
        while length:
            if not self._left:
                self._left = memoryview(next(self._blocks))
            piece, self._left = self._left[:length], self._left[length:]
            length -= len(piece)
            yield piece
