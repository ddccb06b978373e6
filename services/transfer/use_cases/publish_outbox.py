"""Brings outbox events onto the bus: from the stream, and at the latest by the last state."""

from collections.abc import Sequence

from services.transfer.domain.ports import OutboxEvent, Ports


class NotPublished(Exception):
    """The bus did not take these events; whoever called tries again."""

    def __init__(self, event_ids: Sequence[str]) -> None:
        self.event_ids = tuple(event_ids)
        super().__init__(f"the event bus refused {', '.join(event_ids)}; they are sent again")


def publish_outbox(transfer_id: str, events: Sequence[OutboxEvent], *, ports: Ports) -> None:
    """At least once: an event is marked only after the bus took it; raises NotPublished."""
    refused = set(ports.bus.publish(events))
    for event in events:
        if event.event_id not in refused:
            ports.transfers.mark_published(transfer_id, event.event_id)
    if refused:
        raise NotPublished(sorted(refused))


def publish_pending(transfer_id: str, *, ports: Ports) -> None:
    """State Publish: what the stream has not brought out yet (ordinarily nothing)."""
    publish_outbox(transfer_id, ports.transfers.unpublished(transfer_id), ports=ports)
