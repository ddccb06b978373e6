"""Proves that all bytes are at the partner and that they are the source's."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.transfer.domain.checksums import Algorithm, ObjectChecksum, hasher
from services.transfer.domain.errors import (
    ChecksumMismatch,
    ChunkCorrupted,
    SourceCorrupted,
    TargetDamaged,
    TransferError,
)
from services.transfer.domain.ledger import DoneChunk, Mark
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.proof import Proof, Proven, SourceChecksum, Verify
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.compare_samples import UNSEEN, find_damage
from services.transfer.domain_services.look_at_target import (
    Look,
    look_at,
    renamed_before,
    require_size,
)
from services.transfer.domain_services.source_units import own_crc


@dataclass
class ContentDiffers(Exception):
    """What to tell when it is found for the first time, and when sending anew did not help."""

    first: TransferError
    again: TransferError


def prove_part(
    transfer: Transfer, session: PartnerSession, chunks: Sequence[DoneChunk], *, ports: Ports
) -> Proof:
    """`chunks` are all that are done. Raises ContentDiffers, PartMissing, SizeMismatch."""
    whole = sum_up(transfer, chunks, ports=ports)
    compared = _compare(transfer, whole)
    proven = _look(transfer, session, chunks, ports=ports)
    checksum = transfer.known_source.checksum
    return Proof(
        part=transfer.known_part.path,
        crc64nvme=whole.crc64,
        source_checksum=compared,
        source_algorithm=checksum.algorithm if checksum else None,
        proven=proven,
    )


def sum_up(transfer: Transfer, chunks: Sequence[DoneChunk], *, ports: Ports) -> Mark:
    """The checksums of the whole file, from those of its chunks. Every chunk has to be there
    exactly once, in order, and written into this very part file. Anything else is a bug of ours: it
    raises ValueError."""
    whole, expected, own = Mark(), 0, own_crc(transfer, ports)
    for chunk in chunks:
        if chunk.number != expected or chunk.part != transfer.known_part.path:
            raise ValueError(f"ledger of {transfer.id}: chunk {expected} is not in its part file")
        mark = chunk.mark
        whole = Mark(
            done_bytes=whole.done_bytes + mark.done_bytes,
            crc64=ports.crc64.combine(whole.crc64, mark.crc64, mark.done_bytes),
            source_crc=own.combine(whole.source_crc, mark.source_crc, mark.done_bytes)
            if own
            else 0,
        )
        expected += 1
    if (
        expected != transfer.known_plan.total
        or whole.done_bytes != transfer.known_source.size_bytes
    ):
        raise ValueError(
            f"ledger of {transfer.id}: {expected} of {transfer.known_plan.total} chunks"
        )
    return whole


def _compare(transfer: Transfer, whole: Mark) -> SourceChecksum:
    """Compares with S3's checksum of the whole object. The lanes have compared the parts."""
    checksum = transfer.known_source.checksum
    if checksum is None:
        return SourceChecksum.ABSENT
    if transfer.verify is Verify.SIZE:
        return SourceChecksum.NOT_COMPARED
    found = _found(checksum, transfer, whole)
    if found is not None and checksum.value != found:
        path, algorithm = transfer.known_part.path, checksum.algorithm.value
        expected, key = checksum.value or "", transfer.source.key
        first = SourceCorrupted(key, algorithm, expected, found)
        again = ChecksumMismatch(path, algorithm, expected, found)
        raise ContentDiffers(first, again)
    return SourceChecksum.MATCHED


def _found(checksum: ObjectChecksum, transfer: Transfer, whole: Mark) -> str | None:
    """The whole file's checksum. None where the lanes have compared already. An empty object has no
    chunk to compare, so it is done here."""
    if checksum.combines:
        long = checksum.algorithm is Algorithm.CRC64NVME
        return f"{whole.crc64:016x}" if long else f"{whole.source_crc:08x}"
    if transfer.known_source.size_bytes == 0 and checksum.value is not None:
        return hasher(checksum.algorithm, None).hexdigest()
    return None


def _look(
    transfer: Transfer, session: PartnerSession, chunks: Sequence[DoneChunk], *, ports: Ports
) -> Proven:
    """Looks at the part file, or at the file under its name where only the commit's answer was
    lost. A file that was delivered straight to its name may be taken away at once."""
    part, strategy = transfer.known_part, transfer.known_strategy
    path = part.path
    if renamed_before(transfer, session, ports=ports):
        path = transfer.final_path or path
    look = look_at(session, path, strategy)
    if part.direct and look.there is False:
        return Proven.ACKNOWLEDGED
    require_size(transfer, path, look)
    if transfer.verify is Verify.READBACK:
        return Proven.READBACK
    if transfer.verify is not Verify.SIZE:
        try:
            damage = find_damage(transfer, session, path, chunks, ports=ports)
        except UNSEEN:
            return _by_size(look)
        if damage is not None:
            number, sent, found = damage.number, damage.sent, damage.found
            first = ChunkCorrupted(path, number, sent, found)
            again = TargetDamaged(path, f"A sample of chunk {number}", sent, found)
            raise ContentDiffers(first, again)
        return Proven.SAMPLED
    return _by_size(look)


def _by_size(look: Look) -> Proven:
    return Proven.ACKNOWLEDGED if look.size_bytes is None else Proven.SIZE
