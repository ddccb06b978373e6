"""Tells the workflow that every chunk is at the partner."""

from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Status, Transfer


def report_moved(transfer: Transfer, *, ports: Ports) -> bool:
    """True when the ledger is complete. May be reported by several at once: one answer counts."""
    progress = ports.ledger.progress(LedgerId(transfer.id, transfer.generation))
    if transfer.plan is None or progress.chunks_done != transfer.plan.total:
        return False
    if transfer.status is Status.MOVING and transfer.task_token is not None:
        ports.workflow.succeed(transfer.task_token)
    return True
