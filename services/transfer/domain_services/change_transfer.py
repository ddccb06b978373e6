"""Changes a stored transfer by a pure decision, again and again until nobody was faster."""

from collections.abc import Callable

from services.transfer.domain.errors import RunSuperseded, StaleTransfer
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Change, RunId, Transfer
from services.transfer.domain_services.announce import announce

MAX_TRIES = 20  # lanes do not write this row, so that even a few conflicts in a row are rare

Decision = Callable[[Transfer], Transfer | Change]


def change_transfer(transfer_id: str, decide: Decision, *, ports: Ports) -> Transfer:
    """The transfer as stored in the end. A decision that changes nothing writes nothing. It is made
    anew from what is stored whenever somebody was faster: whatever it depends on, it looks at
    itself."""
    for _ in range(MAX_TRIES):
        before = ports.transfers.read(transfer_id)
        decided = decide(before)
        change = decided if isinstance(decided, Change) else Change(decided)
        if change == Change(before):
            return before
        try:
            return ports.transfers.save(change.transfer, announce(change, ports=ports))
        except StaleTransfer:
            continue
    raise StaleTransfer(transfer_id)


def change_run(run: RunId, decide: Decision, *, ports: Ports) -> Transfer:
    """As change_transfer, for what belongs to one run; raises RunSuperseded for another one."""
    return change_transfer(
        run.transfer_id, lambda current: decide(_of_run(run, current)), ports=ports
    )


def read_run(run: RunId, *, ports: Ports) -> Transfer:
    """Raises RunSuperseded."""
    return _of_run(run, ports.transfers.read(run.transfer_id))


def _of_run(run: RunId, transfer: Transfer) -> Transfer:
    if transfer.run != run.number:
        raise RunSuperseded(run.transfer_id, run.number)
    return transfer
