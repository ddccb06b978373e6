"""Ends a transfer whose workflow is gone."""

from services.transfer.domain.errors import StepUnderWay, TransferError, WorkflowLost
from services.transfer.domain.failure import Failure
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import read_run
from services.transfer.domain_services.fail_transfer import fail_transfer
from services.transfer.use_cases.clean_up import clean_up
from services.transfer.use_cases.commit_target import commit_target
from services.transfer.use_cases.store_outcome import store_outcome


def has_lost_workflow(transfer: Transfer, *, ports: Ports) -> bool:
    """Whether its execution is over, or is unknown although the transfer is MOVING."""
    state = ports.workflow.state(transfer.id, transfer.run)
    return state == "ended" or (state == "absent" and transfer.status is Status.MOVING)


def end_without_workflow(transfer: Transfer, *, ports: Ports) -> None:
    """The execution is gone, as it was aborted or timed out. So its last states are done here."""
    if transfer.status is Status.COMMITTING:
        _commit(transfer, ports=ports)
    else:
        lost = WorkflowLost(transfer.id, f"while {transfer.status}")
        fail_transfer(transfer.run_id, Failure.of(lost), ports=ports)
    try:
        clean_up(read_run(transfer.run_id, ports=ports), ports=ports)
    except StepUnderWay:
        return  # a step of that execution still lives and may deliver; the next sweep looks again
    except TransferError:
        _store(transfer, ports=ports)  # what cannot be removed stays on record
        raise
    _store(transfer, ports=ports)  # the stream publishes it


def _store(transfer: Transfer, *, ports: Ports) -> None:
    store_outcome(read_run(transfer.run_id, ports=ports), ports=ports)


def _commit(transfer: Transfer, *, ports: Ports) -> None:
    """The rename may have happened. Only a look at both names can tell."""
    try:
        commit_target(transfer, ports=ports)
    except TransferError as error:
        if error.retryable:
            raise  # the next sweep tries again
        fail_transfer(transfer.run_id, Failure.of(error), ports=ports)
