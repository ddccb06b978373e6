"""State Publish. After it every event of the transfer is on the bus."""

from collections.abc import Iterable

from kernel.outbox import publish_claimed
from services.transfer.domain.ports import Ports
from services.transfer.domain_services.count_events import counting


class NotPublished(Exception):
    """These events are not on the bus yet. The caller has to try again."""

    def __init__(self, event_ids: Iterable[str]) -> None:
        self.event_ids = tuple(event_ids)
        super().__init__(
            f"{', '.join(self.event_ids)}: refused by the event bus, or claimed by a publisher that"
            " is not done; they are looked at again"
        )


def publish_pending(transfer_id: str, *, ports: Ports) -> None:
    """Publishes what the stream has not published yet, which is ordinarily nothing. Raises
    NotPublished for events that are still unmarked after it. The stream may be publishing them just
    now, but only the mark proves it."""
    pending = [(transfer_id, event) for event in ports.outbox.unpublished(transfer_id)]
    holder = ports.new_id()  # each for itself: of two functions of one step, both may be alive
    told = counting(ports.meter, ports.policy.synthetic_user)
    publish_claimed(pending, ports.outbox, ports.bus, holder, ports.now, told)
    if not pending:
        return
    still = {event.event_id for event in ports.outbox.unpublished(transfer_id)}
    if left := [event.event_id for _, event in pending if event.event_id in still]:
        raise NotPublished(left)
