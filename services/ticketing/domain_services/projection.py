"""Takes an event of a transfer in: what is known of it afterwards.

Events come in any order, twice, late or never. Of two facts the one with the larger sequence is
newer. Each change of the state becomes a step of the trail, wherever it belongs.
"""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from contracts import receipt as proof
from contracts import transfer_events as fact
from contracts.transfer_events import TransferFact
from services.ticketing.domain.case import (
    Case,
    Destination,
    FileCounts,
    Object,
    Origin,
    Receipt,
    Status,
    Step,
    Streak,
    Trouble,
)
from services.ticketing.domain_services.trail import step_text

BROKEN_OFF = timedelta(minutes=15)  # after so long without another failure the trouble was over
AGAIN = timedelta(hours=1)  # lasting trouble is told again

STATUS: dict[type[TransferFact], Status] = {
    fact.TransferRequestedV1: Status.REQUESTED,
    fact.TransferStartedV1: Status.MOVING,
    fact.TransferPausedV1: Status.PAUSED,
    fact.TransferResumedV1: Status.MOVING,
    fact.TransferCompletedV1: Status.COMPLETED,
    fact.TransferFailedV1: Status.FAILED,
    fact.TransferCancelledV1: Status.CANCELLED,
}


def told(known: Case | None, event: TransferFact, at: datetime, lasts: timedelta) -> Case:
    """Returns `known` itself when the event tells nothing new. Trouble is told when it lasts so
    long."""
    case = known or _unknown(event)
    if isinstance(event, fact.TransferDelayedV1):
        delayed = _delayed(case, event, lasts)
        return case if delayed is None else delayed
    if case.tells_of(event.sequence):
        return case
    case = case.with_step(Step(event.sequence, at, step_text(event)))
    case = _with_facts(case, event)
    return _in_state(case, event, at) if event.sequence > case.heard else case


def _unknown(event: TransferFact) -> Case:
    source, partner = event.source, event.destination
    return Case(
        transfer_id=event.transfer_id,
        owner=event.owner,
        source=Object(source.bucket, source.key, source.version_id, source.kind),
        destination=Destination(partner.id, partner.name, partner.host, partner.protocol),
        target_path=event.target_path,
        requested_at=event.requested_at,
        label=event.label,
    )


def _with_facts(case: Case, event: TransferFact) -> Case:
    """What is true whenever the event comes."""
    version = event.source.version_id  # each run may find another one
    if version and (case.source.version_id is None or event.sequence > case.heard):
        case = replace(case, source=replace(case.source, version_id=version))
    if case.size_bytes is None:
        case = replace(case, size_bytes=event.size_bytes)
    if case.started_at is None:
        case = replace(case, started_at=getattr(event, "started_at", None))
    match event:
        case fact.TransferRequestedV1():
            origin = Origin(**event.origin.model_dump()) if event.origin else case.origin
            return replace(case, if_exists=event.if_exists, verify=event.verify, origin=origin)
        case fact.TransferCompletedV1():
            receipt = _receipt(event.receipt)
            return replace(case, receipt=receipt, started_at=case.started_at or receipt.started_at)
    return case


def _receipt(told: proof.Receipt) -> Receipt:
    """What a ticket says of it. A newer event may hold more."""
    return Receipt(**told.model_dump(include={each.name for each in fields(Receipt)}))


def _in_state(case: Case, event: TransferFact, at: datetime) -> Case:
    status = STATUS[type(event)]
    trouble = None
    if isinstance(event, fact.TransferFailedV1):
        failure = event.failure
        trouble = Trouble(failure.code, failure.message, failure.retryable)
    files = FileCounts(**event.files.model_dump()) if event.files else case.files
    return replace(
        case,
        files=files,
        heard=event.sequence,
        run=max(case.run, event.run),
        status=status,
        trouble=trouble,
        bytes_done=getattr(event, "bytes_done", case.bytes_done),
        ended_at=at if status.over else None,
        streak=None,
    )


def _delayed(case: Case, event: fact.TransferDelayedV1, lasts: timedelta) -> Case | None:
    if event.sequence <= case.heard or event.run < case.run or case.status.over:
        return None
    at, streak = event.delayed_at, case.streak
    if streak is None or streak.run != event.run or at - streak.last_at > BROKEN_OFF:
        return replace(case, streak=Streak(event.run, at, at))
    if at <= streak.last_at:
        return None
    streak = replace(streak, last_at=at, tries=streak.tries + 1)
    since = streak.noted_at or streak.since
    if at - since < (AGAIN if streak.noted_at else lasts):
        return replace(case, streak=streak)
    text = f"{step_text(event)} It has lasted since {streak.since:%H:%M} UTC."
    step = Step(event.sequence, at, text)
    return replace(case, streak=replace(streak, noted_at=at)).with_step(step)
