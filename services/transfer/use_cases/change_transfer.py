"""Changes a stored transfer by a pure decision, again and again until nobody was faster."""

from collections.abc import Callable, Sequence

from services.transfer.domain.errors import RunSuperseded, StaleTransfer
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import RunId, Transfer

MAX_TRIES = 20  # lanes do not write this row, so that even a few conflicts in a row are rare

Decision = Callable[[Transfer], tuple[Transfer, Sequence[OutboxEvent]]]


def change_transfer(transfer_id: str, decide: Decision, *, ports: Ports) -> Transfer:
    """The transfer as stored in the end. A decision that changes nothing writes nothing."""
    for _ in range(MAX_TRIES):
        before = ports.transfers.read(transfer_id)
        after, events = decide(before)
        if after == before and not events:
            return before
        try:
            return ports.transfers.save(after, events)
        except StaleTransfer:
            continue
    raise StaleTransfer(transfer_id)


def change_run(run: RunId, decide: Decision, *, ports: Ports) -> Transfer:
    """As change_transfer, for what belongs to one run; raises RunSuperseded for another one."""

    def decide_in_run(current: Transfer) -> tuple[Transfer, Sequence[OutboxEvent]]:
        return decide(_of_run(run, current))

    return change_transfer(run.transfer_id, decide_in_run, ports=ports)


def read_run(run: RunId, *, ports: Ports) -> Transfer:
    """Raises RunSuperseded."""
    return _of_run(run, ports.transfers.read(run.transfer_id))


def _of_run(run: RunId, transfer: Transfer) -> Transfer:
    if transfer.run != run.number:
        raise RunSuperseded(run.transfer_id, run.number)
    return transfer
