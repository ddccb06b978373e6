"""Looks at a file at the partner: its size, and whether it holds what was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from services.transfer.domain.errors import (
    DeliveryUnclear,
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
class Look:
    """`there` is None where the server shows no sizes."""

    there: bool | None
    size_bytes: int | None = None


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


def look_at(session: PartnerSession, path: str) -> Look:
    try:
        size = session.size(path)
    except HIDDEN:
        return Look(None)
    return Look(size is not None, size)


def require_size(transfer: Transfer, path: str, look: Look) -> None:
    """Raises PartMissing, SizeMismatch. Raises nothing where the server shows no sizes."""
    if look.there is False:
        raise PartMissing(path)
    if look.there and look.size_bytes != transfer.known_source.size_bytes:
        raise SizeMismatch(path, transfer.known_source.size_bytes, look.size_bytes or 0)


def sample(transfer: Transfer, session: PartnerSession, path: str, *, ports: Ports) -> Sample:
    """Compares the sampled ranges of every chunk, through a handle of its own."""
    try:
        damage = find_damage(transfer, session, path, ports=ports)
    except UNSEEN:
        return Sample.UNSEEN
    except SizeMismatch:
        return Sample.DIFFERENT
    return Sample.EQUAL if damage is None else Sample.DIFFERENT


def find_damage(
    transfer: Transfer, session: PartnerSession, path: str, *, ports: Ports
) -> Damage | None:
    """None where all samples are equal. Raises SizeMismatch, and the errors in UNSEEN."""
    with session.open_reader(path) as reader:
        blocks = _Bytes(reader.read(_ranges(transfer, ports.ledger.done_chunks(transfer.ledger))))
        for chunk in ports.ledger.done_chunks(transfer.ledger):
            found = 0
            for _, length in _ranges(transfer, iter([chunk])):
                for block in blocks.take(length):
                    found = ports.crc64.update(found, block)
            if found != chunk.mark.sample_crc64:
                sent = f"{chunk.mark.sample_crc64:016x}"
                return Damage(chunk.number, sent, f"{found:016x}")
    return None


def renamed_before(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> bool:
    """Whether an earlier commit gave the file its name, although the answer to its rename was lost.
    It looks at both names, and at the content where the sizes do not tell. Raises PartMissing when
    the part file is gone and the old target still has its name, DeliveryUnclear when nothing
    tells."""
    final, part = transfer.final_path, transfer.known_part.path
    if final is None or _is_there(session, part):
        return False
    seen = look_at(session, final)
    expected, existed = transfer.known_source.size_bytes, transfer.final_existed_bytes
    if not seen.there or seen.size_bytes == expected:
        compared = sample(transfer, session, final, ports=ports)
        if compared is Sample.EQUAL:
            return True
        if compared is Sample.UNSEEN:
            if seen.there and existed != expected:
                return True  # nothing else had that size
            raise DeliveryUnclear(part, final)
    if seen.there and seen.size_bytes == existed:
        raise PartMissing(part)
    raise DeliveryUnclear(part, final)


def _is_there(session: PartnerSession, part: str) -> bool:
    """Where the server shows no sizes, opening the file tells."""
    seen = look_at(session, part).there
    if seen is None:
        try:
            session.open_part(part).close()
        except UNSEEN:
            return False
        return True
    return seen


def _ranges(transfer: Transfer, chunks: Iterator[DoneChunk]) -> Iterator[tuple[int, int]]:
    """The sampled ranges of the chunks, as (offset, length) in the file."""
    plan = transfer.known_plan
    for chunk in chunks:
        offset, length = plan.range_of(chunk.number)
        for begin, end in sample_ranges(transfer.ledger, chunk.number, length, plan.total):
            yield offset + begin, end - begin


class _Bytes:
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
