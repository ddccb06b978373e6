"""Keeps what an event tells of a transfer, and has its watchers told."""

from typing import Any

from contracts.envelope import Event
from services.progress.domain.errors import TransferBusy
from services.progress.domain.ports import Ports
from services.progress.domain_services.projection import told

TRIES = 10  # several events of one transfer may come at the same moment


def keep_told(event: Event[Any], *, ports: Ports) -> None:
    """An event that comes late, or again, changes nothing. A notice goes out all the same, because
    the one who kept the event may have died before it sent one. Raises TransferBusy."""
    transfer_id = event.data.transfer_id
    for _ in range(TRIES):
        known = ports.transfers.read(transfer_id)
        now = told(known, event, ports.new_epoch())
        if now is known or ports.transfers.store(now, known):
            ports.notices.send(transfer_id)
            return
    raise TransferBusy(transfer_id)
