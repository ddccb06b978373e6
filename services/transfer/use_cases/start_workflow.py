"""Starts the workflow of a requested transfer."""

from services.transfer.domain.ports import Ports


def start_workflow(transfer_id: str, run: int, *, ports: Ports) -> None:
    """At most one execution for each (transfer, run), however often the event comes."""
    transfer = ports.transfers.read(transfer_id)
    if transfer.run == run:  # an event of an earlier run comes late: its execution has ended
        ports.workflow.start(transfer_id, run)
