"""Changes a stored transfer by a decision. Decides again when somebody else changed it first."""

from collections.abc import Callable

from services.transfer.domain.errors import RunSuperseded, StaleTransfer
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain_services.announce import announce

MAX_TRIES = 20  # lanes write this row only when they fail, so even a few conflicts are rare

Decision = Callable[[Transfer], Transfer | Change]


def change_transfer(
    transfer_id: str, decide: Decision, *, ports: Ports, known: Transfer | None = None
) -> Transfer:
    """The transfer as it is stored in the end. A decision that changes nothing writes nothing. When
    somebody else changed the row first, `decide` is called again with the row as it is then. So it
    has to look itself at everything it depends on. With `known`, a row that was just read or
    stored, the first decision is made on that row."""
    for _ in range(MAX_TRIES):
        before, known = known or ports.transfers.read(transfer_id), None
        decided = decide(before)
        change = decided if isinstance(decided, Change) else Change(decided)
        if change == Change(before):
            return before
        try:
            return ports.transfers.save(change.transfer, announce(change, ports=ports))
        except StaleTransfer:
            continue
    raise StaleTransfer(transfer_id)


def change_run(
    run: RunId, decide: Decision, *, ports: Ports, known: Transfer | None = None
) -> Transfer:
    """As change_transfer, for work of one run. Raises RunSuperseded when another run has begun."""
    return change_transfer(
        run.transfer_id, lambda current: decide(_of_run(run, current)), ports=ports, known=known
    )


def read_run(run: RunId, *, ports: Ports) -> Transfer:
    """Raises RunSuperseded."""
    return _of_run(run, ports.transfers.read(run.transfer_id))


def _of_run(run: RunId, transfer: Transfer) -> Transfer:
    if transfer.run != run.number:
        raise RunSuperseded(run.transfer_id, run.number)
    return transfer
