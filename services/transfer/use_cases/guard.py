"""The look at the transfer's state with which every step of the workflow begins."""

from services.transfer.domain.errors import TransferCancelled, WrongState
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import ENDED, RunId, Status, Transfer
from services.transfer.use_cases.change_transfer import read_run


def active_transfer(run: RunId, *, ports: Ports) -> Transfer:
    """The transfer; raises TransferCancelled or WrongState when no step may work for it."""
    return active(read_run(run, ports=ports))


def active(transfer: Transfer) -> Transfer:
    if transfer.status is Status.CANCELLING:
        raise TransferCancelled(transfer.id)
    if transfer.status in ENDED or transfer.status is Status.FAILING:
        raise WrongState(transfer.id, transfer.status, "worked on")
    return transfer
