"""Proves that all bytes are at the partner and that they are the source's."""

from collections.abc import Sequence
from dataclasses import replace

from services.transfer.domain.checksums import Algorithm, FileChecksum, ObjectChecksum, hasher
from services.transfer.domain.errors import (
    ChecksumMismatch,
    ChunkCorrupted,
    SourceCorrupted,
    TargetDamaged,
)
from services.transfer.domain.ledger import DoneChunk, Mark
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.proof import AtPartner, Proof, Proven, SourceChecksum, Verify
from services.transfer.domain.samples import readback_bytes
from services.transfer.domain.strategy import Strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.ask_checksum import (
    ContentDiffers,
    ask_checksum,
    sent_checksum,
)
from services.transfer.domain_services.compare_samples import UNSEEN, find_damage, sampled_bytes
from services.transfer.domain_services.look_at_target import (
    look_at,
    renamed_before,
    require_size,
)
from services.transfer.domain_services.proof_sums import target_crc
from services.transfer.domain_services.source_units import own_crc


def prove_part(
    transfer: Transfer,
    session: PartnerSession,
    chunks: Sequence[DoneChunk],
    in_order: FileChecksum | None = None,
    *,
    ports: Ports,
) -> Proof:
    """`chunks` are all that are done. `in_order` is the hash of a lane that wrote all bytes in
    their order. Raises ContentDiffers, PartMissing, SizeMismatch."""
    whole = sum_up(transfer, chunks, ports=ports)
    compared = _compare(transfer, whole)
    path = transfer.known_part.path
    if renamed_before(transfer, session, ports=ports):
        path = transfer.final_path or path
    proven, seen = _look(transfer, session, path, chunks, ports=ports)
    sent = sent_checksum(transfer, whole, in_order, ports=ports)
    told = ask_checksum(transfer, session, path, sent, ports=ports)
    checksum = transfer.known_source.checksum
    return Proof(
        part=transfer.known_part.path,
        crc64nvme=whole.crc64,
        source_checksum=compared,
        source_algorithm=checksum.algorithm if checksum else None,
        proven=proven,
        by_parts=checksum.by_parts if checksum else None,
        at_partner=replace(seen, checksum=told),
    )


def sum_up(transfer: Transfer, chunks: Sequence[DoneChunk], *, ports: Ports) -> Mark:
    """The checksums of the whole file, from those of its chunks. Every chunk has to be there
    exactly once, in order, and written into this very part file. Anything else is a bug of ours: it
    raises ValueError."""
    whole, expected, own = Mark(), 0, own_crc(transfer, ports)
    at_target = target_crc(transfer, ports)
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
            target_crc=at_target.combine(whole.target_crc, mark.target_crc, mark.done_bytes)
            if at_target
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
    transfer: Transfer,
    session: PartnerSession,
    path: str,
    chunks: Sequence[DoneChunk],
    *,
    ports: Ports,
) -> tuple[Proven, AtPartner]:
    """Looks at the part file, or at the file under its name where only the commit's answer was
    lost. A file that was delivered straight to its name may be taken away at once."""
    part, strategy = transfer.known_part, transfer.known_strategy
    look = look_at(session, path, strategy)
    seen = AtPartner(_is_durable(strategy), look.size_bytes is not None, 0)
    if part.direct and look.there is False:
        return Proven.ACKNOWLEDGED, seen
    require_size(transfer, path, look)
    if transfer.verify is Verify.READBACK:
        proven = Proven.SAMPLED if transfer.reads_share_back else Proven.READBACK
        return proven, replace(seen, read_back_bytes=_read_back_bytes(transfer))
    by_size = Proven.ACKNOWLEDGED if look.size_bytes is None else Proven.SIZE
    if transfer.verify is Verify.SIZE:
        return by_size, seen
    try:
        damage = find_damage(transfer, session, path, chunks, ports=ports)
    except UNSEEN:
        return by_size, seen
    if damage is not None:
        number, sent, found = damage.number, damage.sent, damage.found
        first = ChunkCorrupted(path, number, sent, found)
        again = TargetDamaged(path, f"A sample of chunk {number}", sent, found)
        raise ContentDiffers(first, again)
    return Proven.SAMPLED, replace(seen, read_back_bytes=sampled_bytes(transfer, chunks))


def _is_durable(strategy: Strategy) -> bool | None:
    """None of a server that nobody has tested: an fsync was asked for if it offers one."""
    return None if strategy.tells_missing is None else strategy.fsync


def _read_back_bytes(transfer: Transfer) -> int:
    plan, percent = transfer.known_plan, transfer.readback_percent
    lengths = (plan.range_of(number)[1] for number in range(plan.total))
    return sum(readback_bytes(length, percent) for length in lengths)
