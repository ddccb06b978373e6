"""Changes a stored transfer by a decision. Decides again when somebody else changed it first."""

from collections.abc import Callable

from services.transfer.domain.errors import RunSuperseded, StaleTransfer, TransferError
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
    has to look itself at everything it depends on.

    With `known`, a row that was read or stored a moment ago, the first decision is made on that
    row. It counts only if it is stored: when it raises, or changes nothing, the row is read and
    decided on again."""
    if known is not None and (stored := _decided(known, decide, ports=ports)) is not None:
        return stored
    for _ in range(MAX_TRIES):
        before = ports.transfers.read(transfer_id)
        change = _change(decide(before))
        if change == Change(before):
            return before
        try:
            return ports.transfers.save(change.transfer, announce(change, ports=ports))
        except StaleTransfer:
            continue
    raise StaleTransfer(transfer_id)


def _decided(known: Transfer, decide: Decision, *, ports: Ports) -> Transfer | None:
    try:
        change = _change(decide(known))
        if change == Change(known):
            return None
        return ports.transfers.save(change.transfer, announce(change, ports=ports))
    except TransferError:
        return None


def _change(decided: Transfer | Change) -> Change:
    return decided if isinstance(decided, Change) else Change(decided)


def change_run(
    run: RunId, decide: Decision, *, ports: Ports, known: Transfer | None = None
) -> Transfer:
    """As change_transfer, for work of one run. Raises RunSuperseded when another run has begun."""
    return change_transfer(
        run.transfer_id, lambda current: decide(of_run(run, current)), ports=ports, known=known
    )


def read_run(run: RunId, *, ports: Ports) -> Transfer:
    """Raises RunSuperseded."""
    return of_run(run, ports.transfers.read(run.transfer_id))


def of_run(run: RunId, transfer: Transfer) -> Transfer:
    """Itself. Raises RunSuperseded when another run has begun."""
    if transfer.run != run.number:
        raise RunSuperseded(run.transfer_id, run.number)
    return transfer
