"""Does what the sweeper does for one transfer, without its walk over the others."""

from services.transfer.domain.ports import Ports
from services.transfer.use_cases.settle_transfer import settle_transfer
from services.transfer.use_cases.sweep_stalled import look_after


def sweep_transfer(transfer_id: str, *, ports: Ports) -> None:
    if look_after(transfer_id, ports=ports):
        settle_transfer(transfer_id, ports=ports)
