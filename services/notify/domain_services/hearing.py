"""Takes an event of a transfer in: what is known afterwards, and what is to be told.

Events come in any order, twice, late or never. Of two changes of state the one with the larger
sequence is newer. What is told does not depend on that: a start that comes after the completion is
a fact all the same.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contracts import transfer_events as told
from contracts.envelope import Event
from services.notify.domain.known_transfer import KnownTransfer, Streak
from services.notify.domain.message import Fact
from services.notify.domain_services import facts

ENDS = (told.TransferCompletedV1, told.TransferFailedV1, told.TransferCancelledV1)


def heard(
    known: KnownTransfer | None, event: Event[Any], stalled_after: timedelta
) -> tuple[KnownTransfer, Fact | None]:
    """Returns `known` itself when the event tells nothing new of the state."""
    fact: told.TransferFact = event.data
    current = known or KnownTransfer(fact.transfer_id)
    if current.owner is None:
        current = replace(current, owner=fact.owner)
    if isinstance(fact, told.TransferDelayedV1):
        return _delayed(current, event, stalled_after)
    now = _changed(current, fact, event.meta.occurred_at)
    return now, _told(now, event)


def _told(known: KnownTransfer, event: Event[Any]) -> Fact | None:
    match event.data:
        case told.TransferStartedV1():
            return facts.started(event)
        case told.TransferCompletedV1():
            return facts.completed(event, known)
        case told.TransferFailedV1():
            return facts.failed(event, known)
    return None


def _changed(known: KnownTransfer, fact: told.TransferFact, at: datetime) -> KnownTransfer:
    if isinstance(fact, told.TransferStartedV1) and fact.run > known.started_run:
        known = replace(known, started_run=fact.run, started_at=at)
    if isinstance(fact, told.TransferPausedV1) and fact.run > known.paused_run:
        known = replace(known, paused_run=fact.run)
    if fact.sequence <= known.sequence:
        return known
    return replace(
        known,
        run=fact.run,
        sequence=fact.sequence,
        ended=isinstance(fact, ENDS),
        streak=_after(known.streak, fact.sequence),
        seen_at=max(at, known.seen_at or at),
    )


def _after(streak: Streak | None, sequence: int) -> Streak | None:
    """What is left of it behind a change of state."""
    if streak is None or streak.last_sequence < sequence:
        return None
    if streak.since_sequence > sequence:
        return streak
    return replace(streak, since=streak.last, since_sequence=streak.last_sequence)


def _delayed(
    known: KnownTransfer, event: Event[told.TransferDelayedV1], stalled_after: timedelta
) -> tuple[KnownTransfer, Fact | None]:
    delay = event.data
    old = delay.sequence < known.sequence or delay.run < known.run
    if old or (known.ended and delay.run == known.run):
        return known, None
    streak = _with(known.streak, delay, stalled_after)
    seen_at = max(delay.delayed_at, known.seen_at or delay.delayed_at)
    now = known if streak == known.streak else replace(known, streak=streak, seen_at=seen_at)
    stalls = streak.last - streak.since >= stalled_after
    return now, facts.stalled(event) if stalls else None


def _with(streak: Streak | None, delay: told.TransferDelayedV1, gap: timedelta) -> Streak:
    """Trouble that comes again after a long while without any is another one."""
    at, sequence, next_try_at = delay.delayed_at, delay.sequence, delay.trouble.next_try_at
    alone = Streak(at, sequence, at, sequence, next_try_at)
    if streak is None:
        return alone
    if sequence > streak.last_sequence:
        if at > max(streak.last, streak.next_try_at or streak.last) + gap:
            return alone
        return replace(
            streak, last=max(at, streak.last), last_sequence=sequence, next_try_at=next_try_at
        )
    if sequence < streak.since_sequence and at + gap >= streak.since:
        return replace(streak, since=min(at, streak.since), since_sequence=sequence)
    return streak
