"""Lists who was told of a transfer, and whether it arrived."""

from collections.abc import Sequence

from kernel.caller import SEE_ALL_TRANSFERS, Caller
from services.notify.domain.errors import TransferNotFound
from services.notify.domain.notification import Notification
from services.notify.domain.ports import Ports

MOST = 1_000  # one transfer, told by 200 shared channels and a few own ones, has no more


def list_notifications(transfer_id: str, caller: Caller, *, ports: Ports) -> Sequence[Notification]:
    """Users see the messages to themselves and to shared channels. Whoever may see everybody's
    transfers sees all. Raises TransferNotFound, also for a transfer that the caller may not see."""
    known = ports.transfers.read(transfer_id)
    if known is None or not caller.may_see_transfers_of(known.owner or ""):
        raise TransferNotFound(transfer_id)
    found = ports.notifications.of_transfer(transfer_id, MOST)
    if caller.has(SEE_ALL_TRANSFERS):
        return found
    return [each for each in found if each.recipient in (None, caller.name)]
