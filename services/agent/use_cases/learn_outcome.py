"""Counts how a transfer ended, so that the next one can be estimated."""

from datetime import datetime

from contracts.envelope import Event
from contracts.transfer_events import TransferCompletedV1, TransferFailedV1
from services.agent.domain.outcome import Ended
from services.agent.domain.ports import Ports

FIRST_RUN = 1


def learn_outcome(
    event: Event[TransferCompletedV1] | Event[TransferFailedV1], *, ports: Ports
) -> None:
    """Only the first run of a transfer counts, so each transfer counts once. A retry tells how
    something went that was mended, and its time has the wait for somebody in it. Raises
    OutcomesBusy."""
    fact = event.data
    if fact.run != FIRST_RUN:
        return
    ended = Ended(
        transfer_id=fact.transfer_id,
        destination_id=fact.destination.id,
        size_bytes=fact.size_bytes,
        many=fact.source.kind is not None,
        completed=isinstance(fact, TransferCompletedV1),
        began_at=fact.requested_at,
        ended_at=_ended_at(fact),
    )
    ports.outcomes.count(ended, event.meta.event_id, ports.now())


def _ended_at(fact: TransferCompletedV1 | TransferFailedV1) -> datetime:
    return fact.receipt.finished_at if isinstance(fact, TransferCompletedV1) else fact.failed_at
