"""What an event tells of its transfer's ending."""

from datetime import datetime, timedelta

from contracts.transfer_events import (
    TransferCancelledV1,
    TransferCompletedV1,
    TransferFact,
    TransferFailedV1,
)
from services.progress.domain.ending import Ending, Outcome, reason_of

MILLISECOND = timedelta(milliseconds=1)
EndingFact = TransferCompletedV1 | TransferFailedV1 | TransferCancelledV1


def ending_of(fact: EndingFact) -> Ending:
    match fact:
        case TransferCompletedV1():
            receipt = fact.receipt
            took = max(timedelta(), receipt.finished_at - receipt.started_at)  # of two clocks
            completed = Outcome.COMPLETED, receipt.finished_at
            return _ending(fact, *completed, receipt.bytes_sent, took // MILLISECOND)
        case TransferFailedV1():
            return _ending(
                fact, Outcome.FAILED, fact.failed_at, reason=reason_of(fact.failure.code)
            )
        case TransferCancelledV1():
            return _ending(fact, Outcome.CANCELLED, fact.cancelled_at)


def _ending(
    fact: TransferFact,
    outcome: Outcome,
    at: datetime,
    bytes_sent: int = 0,
    milliseconds: int = 0,
    reason: str | None = None,
) -> Ending:
    return Ending(
        transfer_id=fact.transfer_id,
        sequence=fact.sequence,
        owner=fact.owner,
        destination=fact.destination.id,
        outcome=outcome,
        ended_at=at,
        bytes_sent=bytes_sent,
        milliseconds=milliseconds,
        reason=reason,
    )
