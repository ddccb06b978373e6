"""State VerifyTarget: checks that all bytes are there and that they are the source's."""

from services.transfer.domain.checksums import Algorithm, ObjectChecksum, hasher
from services.transfer.domain.errors import (
    ChecksumMismatch,
    ChunkCorrupted,
    MovesAgain,
    SourceCorrupted,
    TargetDamaged,
    TransferError,
)
from services.transfer.domain.ledger import Mark
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.proof import Proof, Proven, SourceChecksum, Verify
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.change_transfer import change_run, read_run
from services.transfer.domain_services.compare_samples import UNSEEN, find_damage
from services.transfer.domain_services.fail_transfer import note_trouble
from services.transfer.domain_services.look_at_target import look_at, renamed_before, require_size
from services.transfer.domain_services.partner_session import step_session
from services.transfer.domain_services.queue_lanes import is_moved
from services.transfer.domain_services.source_units import own_crc


def verify_target(run: RunId, *, ports: Ports) -> None:
    """Raises MovesAgain when not everything is moved. Either a repeated start of this step comes
    late, or the content differed for the first time and is sent once more."""
    with step_session(read_run(run, ports=ports).active(), ports=ports) as visit:
        transfer = change_run(run, lambda current: _verifying(current, ports), ports=ports)
        whole = sum_up(transfer, ports=ports)
        compared = _compare(transfer, whole, ports=ports)
        proven = _look(transfer, visit.session, ports=ports)
    checksum = transfer.known_source.checksum
    proof = Proof(
        part=transfer.known_part.path,
        crc64nvme=whole.crc64,
        source_checksum=compared,
        source_algorithm=checksum.algorithm if checksum else None,
        proven=proven,
    )
    change_run(run, lambda current: current.proved(proof), ports=ports)


def sum_up(transfer: Transfer, *, ports: Ports) -> Mark:
    """The checksums of the whole file, from those of its chunks. Every chunk has to be there
    exactly once, in order, and written into this very part file. Anything else is a bug of ours: it
    raises ValueError."""
    whole, expected, own = Mark(), 0, own_crc(transfer, ports)
    for chunk in ports.ledger.done_chunks(transfer.ledger):
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


def _verifying(current: Transfer, ports: Ports) -> Change:
    if not current.active().part_made or not is_moved(current, ports=ports):
        raise MovesAgain(current.id)
    return current.verifying(ports.now())


def _compare(transfer: Transfer, whole: Mark, *, ports: Ports) -> SourceChecksum:
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
        raise _once_more(transfer, first, again, ports=ports)
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


def _look(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> Proven:
    """Looks at the part file, or at the file under its name where only the commit's answer was
    lost."""
    path = transfer.known_part.path
    if renamed_before(transfer, session, ports=ports):
        path = transfer.final_path or path
    look = look_at(session, path)
    require_size(transfer, path, look)
    if transfer.verify is Verify.READBACK:
        return Proven.READBACK
    if transfer.verify is not Verify.SIZE:
        try:
            damage = find_damage(transfer, session, path, ports=ports)
        except UNSEEN:
            return Proven.SIZE if look.there else Proven.ACKNOWLEDGED
        if damage is not None:
            number, sent, found = damage.number, damage.sent, damage.found
            first = ChunkCorrupted(path, number, sent, found)
            again = TargetDamaged(path, f"A sample of chunk {number}", sent, found)
            raise _once_more(transfer, first, again, ports=ports)
        return Proven.SAMPLED
    return Proven.SIZE if look.there else Proven.ACKNOWLEDGED


def _once_more(
    transfer: Transfer, first: TransferError, again: TransferError, *, ports: Ports
) -> TransferError:
    """The error to raise. If everything was moved twice already, it is `again`. Otherwise it is
    MovesAgain, and a look at the transfer shows `first`."""
    if transfer.moved_again:
        return again
    part = transfer.known_part.path
    change_run(transfer.run_id, lambda current: current.move_again(part, ports.now()), ports=ports)
    note_trouble(transfer.run_id, first, Tries(step="VerifyTarget"), ports=ports)
    return MovesAgain(transfer.id)
