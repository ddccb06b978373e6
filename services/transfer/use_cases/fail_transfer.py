"""Puts a transfer on the way to its failure and wakes its workflow."""

from dataclasses import replace

from services.transfer.domain.errors import TransferError
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import ENDED, Failure, RunId, Status, Transfer
from services.transfer.use_cases.change_transfer import change_run

NOT_AGAIN = "PermanentFailure"  # the name that the state machine does not retry


def fail_transfer(run: RunId, failure: Failure, *, ports: Ports) -> Transfer:
    """The first reason counts: what is failing, being cancelled or ended stays as it is."""

    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        if current.status in ENDED or current.status in {Status.FAILING, Status.CANCELLING}:
            return current, []
        return replace(current, status=Status.FAILING, failure=failure, updated_at=ports.now()), []

    transfer = change_run(run, decide, ports=ports)
    wake_workflow(transfer, ports=ports)
    return transfer


def note_trouble(run: RunId, error: TransferError, *, ports: Ports) -> None:
    """What is being tried again, for whoever looks at the transfer meanwhile."""

    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        if current.status in ENDED or current.status in {Status.FAILING, Status.CANCELLING}:
            return current, []
        return replace(current, failure=Failure.of(error)), []

    change_run(run, decide, ports=ports)


def wake_workflow(transfer: Transfer, *, ports: Ports) -> None:
    """Ends the wait for the lanes of a transfer that is failing or being cancelled. The sweeper
    repeats it, should the first call have been lost."""
    ending = transfer.status in {Status.FAILING, Status.CANCELLING}
    if ending and transfer.task_token is not None:
        why = transfer.failure.message if transfer.failure else "The transfer was cancelled."
        ports.workflow.fail(transfer.task_token, NOT_AGAIN, why)
