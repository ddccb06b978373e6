"""State VerifyTarget: are all bytes there, and are they the source's?"""

from dataclasses import replace

from services.transfer.domain.errors import ChecksumMismatch, PartMissing, SizeMismatch
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import RunId, Status, Transfer, Verify
from services.transfer.use_cases.change_transfer import change_run
from services.transfer.use_cases.partner_session import partner_session
from services.transfer.use_cases.renamed_before import renamed_before

MOVED = {Status.MOVING, Status.PAUSED, Status.VERIFYING}  # PAUSED: the pause came too late


def verify_target(run: RunId, *, ports: Ports) -> None:
    transfer = change_run(run, lambda now: _verifying(now, ports), ports=ports)
    with partner_session(transfer.destination_id, f"{transfer.id}/verify", ports=ports) as session:
        if not renamed_before(transfer, session):
            _check_size(transfer, session.size(transfer.part))
    crc = combined_crc64(transfer, ports=ports)
    of_source = transfer.pinned.crc64nvme
    if transfer.verify is not Verify.SIZE and of_source is not None and of_source != crc:
        raise ChecksumMismatch(transfer.part, f"{of_source:016x}", f"{crc:016x}")

    def remember(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, crc64nvme=crc), []

    change_run(run, remember, ports=ports)


def _check_size(transfer: Transfer, found: int | None) -> None:
    if found is None:
        raise PartMissing(transfer.part)
    if found != transfer.pinned.size_bytes:
        raise SizeMismatch(transfer.part, transfer.pinned.size_bytes, found)


def _verifying(current: Transfer, ports: Ports) -> tuple[Transfer, list[OutboxEvent]]:
    return current.moved_to(Status.VERIFYING, ports.now(), wish="verified", allowed=MOVED), []


def combined_crc64(transfer: Transfer, *, ports: Ports) -> int:
    """CRC64NVME of the whole file from those of its chunks; every chunk exactly once, in order."""
    whole, expected = 0, 0
    for chunk in ports.ledger.done_chunks(LedgerId(transfer.id, transfer.generation)):
        if chunk.number != expected:
            raise ValueError(f"ledger of {transfer.id}: chunk {expected} is missing")
        whole = ports.crc64.combine(whole, chunk.crc64, chunk.length_bytes)
        expected += 1
    if expected != transfer.planned.total:
        raise ValueError(f"ledger of {transfer.id}: {expected} of {transfer.planned.total} chunks")
    return whole
