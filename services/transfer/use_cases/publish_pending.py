"""State Publish: at the latest now each event of the transfer is on the bus."""

from collections.abc import Iterable

from kernel.outbox import publish_claimed
from services.transfer.domain.ports import Ports


class NotPublished(Exception):
    """These events are not on the bus yet; whoever called tries again."""

    def __init__(self, event_ids: Iterable[str]) -> None:
        self.event_ids = tuple(event_ids)
        super().__init__(
            f"{', '.join(self.event_ids)}: refused by the event bus, or claimed by a publisher that"
            " is not done; they are looked at again"
        )


def publish_pending(transfer_id: str, *, ports: Ports) -> None:
    """What the stream has not brought out yet (ordinarily nothing). Raises NotPublished, also for
    what the stream is just publishing: only a mark says that it is out."""
    pending = [(transfer_id, event) for event in ports.outbox.unpublished(transfer_id)]
    holder = ports.new_id()  # each for itself: of two functions of one step, both may be alive
    publish_claimed(pending, ports.outbox, ports.bus, holder, ports.now)
    if not pending:
        return
    still = {event.event_id for event in ports.outbox.unpublished(transfer_id)}
    if left := [event.event_id for _, event in pending if event.event_id in still]:
        raise NotPublished(left)
