"""Brings outbox events onto the bus: from the stream, and at the latest by the last state."""

from collections.abc import Sequence

from services.transfer.domain.ports import OutboxEvent, Ports


class NotPublished(Exception):
    """The bus did not take these events; whoever called tries again."""

    def __init__(self, event_ids: Sequence[str]) -> None:
        self.event_ids = tuple(event_ids)
        super().__init__(f"the event bus refused {', '.join(event_ids)}; they are sent again")


def publish_outbox(entries: Sequence[tuple[str, OutboxEvent]], *, ports: Ports) -> frozenset[str]:
    """The ids of the events that the bus refused, of (transfer id, event). At least once: an event
    is marked only after the bus took it."""
    refused = frozenset(ports.bus.publish([event for _, event in entries]))
    for transfer_id, event in entries:
        if event.event_id not in refused:
            ports.transfers.mark_published(transfer_id, event.event_id)
    return refused


def publish_pending(transfer_id: str, *, ports: Ports) -> None:
    """State Publish: what the stream has not brought out yet (ordinarily nothing). Raises
    NotPublished."""
    pending = [(transfer_id, event) for event in ports.transfers.unpublished(transfer_id)]
    if refused := publish_outbox(pending, ports=ports):
        raise NotPublished(sorted(refused))
