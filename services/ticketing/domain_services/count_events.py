"""Counts what was written into tickets, where its event was first marked as published."""

from collections.abc import Callable

from contracts.catalogue import spec_of
from contracts.ticket_events import (
    TicketingFailedV1,
    TicketOpenedV1,
    TicketResolvedV1,
    TicketUpdatedV1,
)
from kernel.metering import Meter
from kernel.outbox import OutboxEvent

WRITTEN = "TicketsWritten"
COUNTED = {
    spec_of(model).detail_type: name
    for model, name in (
        (TicketOpenedV1, WRITTEN),
        (TicketUpdatedV1, WRITTEN),
        (TicketResolvedV1, WRITTEN),
        (TicketingFailedV1, "TicketsFailed"),
    )
}


def counting(meter: Meter) -> Callable[[OutboxEvent], None]:
    def count(told: OutboxEvent) -> None:
        if name := COUNTED.get(told.detail_type):
            meter.add(name)

    return count
