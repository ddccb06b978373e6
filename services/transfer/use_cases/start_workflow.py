"""Starts the workflow of a requested transfer."""

from services.transfer.domain.ports import Ports


def start_workflow(transfer_id: str, run: int, *, ports: Ports) -> None:
    """Starts at most one execution for each (transfer, run), however often the event comes."""
    transfer = ports.transfers.read(transfer_id)
    if transfer.run == run:  # otherwise a late event of an earlier run, which has ended
        ports.workflow.start(transfer_id, run)
