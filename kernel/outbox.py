"""Events on their way from a stored change to the bus. Each goes once, unless a publisher dies.

refused = publish_claimed(entries, outbox, bus, STREAM, now)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from kernel.errors import DeclaredError

# One call of the bus, with all its tries, takes half of it at most (runtime.bus.CALLS): a publisher
# that is not done by then is dead, and whoever waits for it (state Publish) can wait as long.
CLAIM_SECONDS = 60.0
AT_ONCE = 10  # events under one claim: as many as one call of the bus takes
# Who publishes what a stream delivers. A shard is delivered to one invocation at a time, so that a
# claim of this holder is that of a predecessor which died with the same rows.
STREAM = "stream"


@dataclass(frozen=True)
class OutboxEvent:
    """An event as it is published. `detail` is the JSON of contracts' envelope."""

    event_id: str
    detail_type: str
    detail: str


Clock: TypeAlias = Callable[[], datetime]
Entry: TypeAlias = tuple[str, OutboxEvent]  # with the record whose change it tells of


class OutboxBusy(DeclaredError):
    """Others changed one event's row at each try. The event is looked at again later."""

    code, status, retryable = "outbox_busy", 503, True
    message = "Event {event_id} is changed by others all the time. It comes again."
    event_id: str


class Outbox(Protocol):
    """Events that were stored and are not published yet. The record's own store writes an event's
    row together with the change. Each change here may raise OutboxBusy."""

    def unpublished(self, record: str) -> Sequence[OutboxEvent]:
        """Oldest first. Claimed events are among them."""
        ...

    def claim(
        self, record: str, event_id: str, holder: str, now: datetime, until: datetime
    ) -> bool:
        """Takes the right to publish the event until then. False when it is published already, or
        when somebody else has that right. A holder may take its own claim again at once. So a name
        may be used again only when its earlier user is surely dead. A claim that ends much later
        than `until` was written by a clock that runs ahead, and is not believed."""
        ...

    def mark_published(self, record: str, event_id: str) -> bool:
        """True for one caller only, whoever else marks it, too. False for an event that is not
        known."""
        ...

    def give_back(self, record: str, event_id: str) -> None:
        """Ends the claim on an event that was not published. Somebody else may try at once."""
        ...


class EventPublisher(Protocol):
    def publish(self, events: Sequence[OutboxEvent]) -> Sequence[str]:
        """The ids of the events that the bus did NOT take."""
        ...


def tell_nobody(event: OutboxEvent) -> None:
    """For a service that counts none of its events."""


def publish_claimed(
    entries: Sequence[Entry],
    outbox: Outbox,
    bus: EventPublisher,
    holder: str,
    now: Clock,
    told: Callable[[OutboxEvent], None] = tell_nobody,
) -> frozenset[str]:
    """The ids of the events that the bus refused; they may be claimed again at once. What somebody
    else has claimed or published is left alone. `told` gets each event once, although the bus may
    have got it twice: from whoever was the first to mark it as published."""
    refused: frozenset[str] = frozenset()
    for start in range(0, len(entries), AT_ONCE):
        some = entries[start : start + AT_ONCE]
        left, marked = _publish_some(some, outbox, bus, holder, now())
        refused |= left
        for event in marked:
            told(event)
    return refused


def _publish_some(
    entries: Sequence[Entry], outbox: Outbox, bus: EventPublisher, holder: str, now: datetime
) -> tuple[frozenset[str], Sequence[OutboxEvent]]:
    """What was refused, and what this call was the first to mark."""
    until = now + timedelta(seconds=CLAIM_SECONDS)
    claimed = [
        (record, event)
        for record, event in entries
        if outbox.claim(record, event.event_id, holder, now, until)
    ]
    refused = frozenset(bus.publish([event for _, event in claimed]))
    marked = []
    for record, event in claimed:
        if event.event_id in refused:
            outbox.give_back(record, event.event_id)
        elif outbox.mark_published(record, event.event_id):
            marked.append(event)
    return refused, marked
