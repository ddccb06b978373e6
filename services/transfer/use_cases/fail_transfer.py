"""Puts a transfer on the way to its failure and wakes its workflow."""

from dataclasses import replace

from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import ENDED, Failure, Status, Transfer
from services.transfer.use_cases.change_transfer import change_transfer


def fail_transfer(transfer_id: str, failure: Failure, *, ports: Ports) -> Transfer:
    """The first reason counts: what is failing, being cancelled or ended stays as it is."""

    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        if current.status in ENDED or current.status in {Status.FAILING, Status.CANCELLING}:
            return current, []
        return replace(current, status=Status.FAILING, failure=failure, updated_at=ports.now()), []

    transfer = change_transfer(transfer_id, decide, ports=ports)
    if transfer.status is Status.FAILING and transfer.task_token is not None:
        ports.workflow.fail(transfer.task_token, failure.code, failure.message)
    return transfer
