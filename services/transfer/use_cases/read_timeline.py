"""What happened to a transfer, newest first."""

from dataclasses import dataclass

from kernel.caller import Caller
from kernel.outbox import OutboxEvent
from kernel.pages import Page
from services.transfer.domain.errors import TransferNotFound
from services.transfer.domain.ports import Ports
from services.transfer.domain.timeline import is_first


@dataclass(frozen=True)
class Timeline:
    page: Page[OutboxEvent]

    @property
    def earlier_gone(self) -> bool:
        """Whether nothing follows although the transfer's first fact was not here."""
        last = self.page.items[-1:]
        return self.page.cursor is None and not any(is_first(each.event_id) for each in last)


def read_timeline(
    transfer_id: str, caller: Caller, limit: int, cursor: str | None, *, ports: Ports
) -> Timeline:
    """Raises TransferNotFound, also for a transfer that the caller may not see."""
    transfer = ports.transfers.read(transfer_id)
    if not caller.may_see_transfers_of(transfer.owner):
        raise TransferNotFound(transfer_id)
    return Timeline(ports.transfers.timeline(transfer_id, limit, cursor))
