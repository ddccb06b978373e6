"""Changes a stored transfer by a pure decision, again and again until nobody was faster."""

from collections.abc import Callable, Sequence

from services.transfer.domain.errors import StaleTransfer
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.transfer import Transfer

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
