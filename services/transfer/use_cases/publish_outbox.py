"""Brings outbox events onto the bus: from the stream, and at the latest by the last state.

Each is claimed before and marked after, so that it goes out once unless a publisher dies between.
"""

from collections.abc import Iterable, Sequence

from runtime.publishing import STREAM, publish_claimed
from services.transfer.domain.ports import OutboxEvent, Ports


class NotPublished(Exception):
    """These events are not on the bus yet; whoever called tries again."""

    def __init__(self, event_ids: Iterable[str]) -> None:
        self.event_ids = tuple(event_ids)
        super().__init__(
            f"{', '.join(self.event_ids)}: refused by the event bus, or claimed by a publisher that"
            " is not done; they are looked at again"
        )


def publish_outbox(entries: Sequence[tuple[str, OutboxEvent]], *, ports: Ports) -> frozenset[str]:
    """The ids of the events that the bus refused, of (transfer id, event) from the stream. What
    somebody else has claimed is no failure: state Publish comes back until it is done."""
    return publish_claimed(entries, ports.transfers, ports.bus.publish, STREAM, ports.now())


def publish_pending(transfer_id: str, *, ports: Ports) -> None:
    """State Publish: what the stream has not brought out yet (ordinarily nothing). Raises
    NotPublished, also for what the stream is just publishing: only a mark says that it is out."""
    pending = [(transfer_id, event) for event in ports.transfers.unpublished(transfer_id)]
    holder = ports.new_id()  # each for itself: of two functions of one step, both may be alive
    publish_claimed(pending, ports.transfers, ports.bus.publish, holder, ports.now())
    if not pending:
        return
    still = {event.event_id for event in ports.transfers.unpublished(transfer_id)}
    if left := [event.event_id for _, event in pending if event.event_id in still]:
        raise NotPublished(left)
