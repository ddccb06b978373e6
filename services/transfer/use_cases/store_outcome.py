"""State StoreOutcome: the end of a transfer and its event, in one transaction."""

from dataclasses import replace

from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import (
    ENDED,
    Receipt,
    RunId,
    SourceChecksum,
    Status,
    Transfer,
    Verify,
)
from services.transfer.use_cases.announce import cancelled, completed, failed
from services.transfer.use_cases.change_transfer import change_run

END_OF = {
    Status.COMMITTING: Status.COMPLETED,
    Status.FAILING: Status.FAILED,
    Status.CANCELLING: Status.CANCELLED,
}


def store_outcome(run: RunId, *, ports: Ports) -> Transfer:
    """Idempotent: an ended transfer stays as it is."""

    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        if current.status in ENDED:
            return current, []
        now = ports.now()
        end = END_OF.get(current.status, Status.FAILED)
        ended = current.moved_to(end, now, wish="ended", allowed=END_OF)
        ended = replace(ended, finished_at=now, task_token=None)
        if end is Status.COMPLETED:
            ended = replace(ended, failure=None, receipt=_receipt(ended, ports=ports))
            return ended, [completed(ended, ports=ports)]
        if end is Status.CANCELLED:
            ended = replace(ended, failure=None)
            return ended, [cancelled(ended, ports=ports)]
        return ended, [failed(ended, ports=ports)]

    return change_run(run, decide, ports=ports)


def _receipt(transfer: Transfer, *, ports: Ports) -> Receipt:
    progress = ports.ledger.progress(LedgerId(transfer.id, transfer.generation))
    if transfer.final_path is None or transfer.crc64nvme is None:
        raise ValueError(f"transfer {transfer.id} was committed before it was verified")
    return Receipt(
        target_path=transfer.final_path,
        bytes_sent=progress.bytes_done,
        crc64nvme=transfer.crc64nvme,
        verified=transfer.verify,
        source_checksum=_compared(transfer),
        host_key_fingerprint=transfer.host_key_fingerprint or "",
        chunks=progress.chunks_total,
        attempts=progress.attempts,
        started_at=transfer.started_at or transfer.requested_at,
        finished_at=transfer.finished_at or transfer.updated_at,
    )


def _compared(transfer: Transfer) -> SourceChecksum:
    """VerifyTarget has raised ChecksumMismatch where it compared and they differed."""
    if transfer.pinned.crc64nvme is None:
        return SourceChecksum.ABSENT
    if transfer.verify is Verify.SIZE:
        return SourceChecksum.NOT_COMPARED
    return SourceChecksum.MATCHED
