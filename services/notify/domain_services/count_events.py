"""Counts what became of messages, where its event was first marked as published."""

from collections.abc import Callable

from contracts.catalogue import spec_of
from contracts.notify_events import NotificationFailedV1, NotificationSentV1
from kernel.metering import Meter
from kernel.outbox import OutboxEvent

COUNTED = {
    spec_of(NotificationSentV1).detail_type: "NotificationsSent",
    spec_of(NotificationFailedV1).detail_type: "NotificationsFailed",
}


def counting(meter: Meter) -> Callable[[OutboxEvent], None]:
    def count(told: OutboxEvent) -> None:
        if name := COUNTED.get(told.detail_type):
            meter.add(name)

    return count
