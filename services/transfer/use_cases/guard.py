"""The look at the transfer's state with which every step of the workflow begins."""

from services.transfer.domain.errors import TransferCancelled, WrongState
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import ENDED, Status, Transfer


def active_transfer(transfer_id: str, *, ports: Ports) -> Transfer:
    """The transfer; raises TransferCancelled or WrongState when no step may work for it."""
    transfer = ports.transfers.read(transfer_id)
    if transfer.status is Status.CANCELLING:
        raise TransferCancelled(transfer_id)
    if transfer.status in ENDED or transfer.status is Status.FAILING:
        raise WrongState(transfer_id, transfer.status, "worked on")
    return transfer
