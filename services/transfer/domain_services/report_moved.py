"""Tells the workflow that every chunk is at the partner."""

from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import Status, Transfer
from services.transfer.domain_services.queue_lanes import is_driven


def is_moved(transfer: Transfer, *, ports: Ports) -> bool:
    """Every chunk is done, and for `readback` proved."""
    if transfer.plan is None or not ports.ledger.progress(transfer.ledger).complete:
        return False
    if transfer.verify is not Verify.READBACK:
        return True
    return ports.ledger.progress(transfer.ledger.proof).complete


def report_moved(transfer: Transfer, *, ports: Ports) -> bool:
    """True when all is moved and no lane has a session with the part file any more, so that nobody
    writes to it once it has its name. The last lane to end reports; one that died counts until its
    lease is over, then the sweeper does. Reported by several at once: one answer counts."""
    if not is_moved(transfer, ports=ports):
        return False
    now = ports.now()
    lanes = ports.lanes.lanes(transfer.ledger)
    if any(is_driven(lane, now, ports.policy) for lane in lanes):
        return False
    # VERIFYING: a verification that came late; the workflow waits all the same
    if transfer.status in {Status.MOVING, Status.VERIFYING}:
        for token in transfer.task_tokens:
            ports.workflow.succeed(token)
    return True
