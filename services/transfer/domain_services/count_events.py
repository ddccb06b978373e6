"""Counts what became of transfers, each once: where its event was first marked as published.

A state and its event are stored together, once, whatever is done twice. An attempt is no place to
count at.
"""

from collections.abc import Callable

from contracts.catalogue import parse, spec_of
from contracts.transfer_events import (
    TransferCancelledV1,
    TransferCompletedV1,
    TransferFailedV1,
    TransferRequestedV1,
)
from kernel.metering import Meter, Unit
from kernel.outbox import OutboxEvent

COUNTED = {
    spec_of(model).detail_type: name
    for model, name in (
        (TransferRequestedV1, "TransfersRequested"),
        (TransferCompletedV1, "TransfersCompleted"),
        (TransferFailedV1, "TransfersFailed"),
        (TransferCancelledV1, "TransfersCancelled"),
    )
}


def counting(meter: Meter, apart: str | None) -> Callable[[OutboxEvent], None]:
    """Transfers of the user `apart` are no work of anybody's: they have metrics of their own."""

    def count(told: OutboxEvent) -> None:
        name = COUNTED.get(told.detail_type)
        if name is None:
            return
        data = parse(told.detail_type, told.detail).data
        if data.owner == apart:
            return
        meter.add(name)
        if isinstance(data, TransferCompletedV1):
            _measure(data, meter)

    return count


def _measure(ended: TransferCompletedV1, meter: Meter) -> None:
    receipt = ended.receipt
    seconds = max(0.0, (receipt.finished_at - receipt.started_at).total_seconds())
    meter.add("TransferSeconds", seconds, Unit.SECONDS)
    meter.add("BytesDelivered", receipt.bytes_sent, Unit.BYTES)
    if ended.expected_seconds:
        meter.add("DurationOfEstimate", 100 * seconds / ended.expected_seconds, Unit.PERCENT)
