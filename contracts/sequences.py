"""Which event of a transfer may follow which: a state diagram, and a check against it.

TransferDelayed changes no state. TransferProgressed is left out, because it may be lost or late. It
has the same sequence as the last change of the transfer.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from contracts.catalogue import spec_of
from contracts.envelope import Event
from contracts.transfer_events import (
    TransferCancelledV1,
    TransferCompletedV1,
    TransferDelayedV1,
    TransferFact,
    TransferFailedV1,
    TransferPausedV1,
    TransferProgressedV1,
    TransferRequestedV1,
    TransferResumedV1,
    TransferStartedV1,
)


class Standing(StrEnum):
    """What a reader knows of a transfer from its events."""

    UNKNOWN = "unknown"
    WAITING = "waiting"  # no event told of a start in this run
    HELD = "held"  # paused while waiting
    MOVING = "moving"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


Kind = type[TransferFact]
_ENDS: Mapping[Kind, Standing] = {
    # Without a start in this run, it was an earlier run that had delivered the file.
    TransferCompletedV1: Standing.COMPLETED,
    TransferFailedV1: Standing.FAILED,
    TransferCancelledV1: Standing.CANCELLED,
}
DIAGRAM: Mapping[Standing, Mapping[Kind, Standing]] = {
    Standing.UNKNOWN: {TransferRequestedV1: Standing.WAITING},
    Standing.WAITING: {
        TransferStartedV1: Standing.MOVING,
        TransferDelayedV1: Standing.WAITING,
        TransferPausedV1: Standing.HELD,
        **_ENDS,
    },
    Standing.HELD: {
        TransferResumedV1: Standing.WAITING,
        TransferDelayedV1: Standing.HELD,  # it was found delivered, and its commit meets trouble
        **_ENDS,
    },
    Standing.MOVING: {
        TransferDelayedV1: Standing.MOVING,
        TransferPausedV1: Standing.PAUSED,
        **_ENDS,
    },
    Standing.PAUSED: {
        TransferResumedV1: Standing.MOVING,
        TransferDelayedV1: Standing.PAUSED,  # as above
        **_ENDS,
    },
    Standing.FAILED: {TransferRequestedV1: Standing.WAITING},  # with the next run
    Standing.COMPLETED: {},
    Standing.CANCELLED: {},
}


class SequenceBroken(ValueError):
    """No transfer can publish these events. The message names the first wrong one."""

    code = "sequence_broken"

    def __init__(self, event: TransferFact, why: str) -> None:
        self.transfer_id, self.run, self.sequence = event.transfer_id, event.run, event.sequence
        super().__init__(
            f"Transfer {event.transfer_id}: {_name(type(event))} of run {event.run} with sequence"
            f" {event.sequence} {why}. Look whether all of its events are here; then compare with"
            " contracts/sequences.py."
        )


@dataclass(frozen=True)
class Told:
    """What the events of one transfer have told so far. It takes all of them, in order."""

    standing: Standing = Standing.UNKNOWN
    run: int = 0
    sequence: int = -1
    ever_started: bool = False  # in this run or an earlier one

    def then(self, event: TransferFact) -> "Told":
        """Raises SequenceBroken for an event that cannot be the next one."""
        kind = type(event)
        if event.sequence <= self.sequence:
            raise SequenceBroken(event, f"is not newer than the one before ({self.sequence})")
        after = DIAGRAM[self.standing].get(kind)
        if after is None:
            raise SequenceBroken(event, f"cannot follow: the transfer is {self.standing}")
        run = self.run + 1 if kind is TransferRequestedV1 else self.run
        if event.run != run:
            raise SequenceBroken(event, f"should be of run {run}")
        if kind is TransferCompletedV1 and not self.ever_started:
            raise SequenceBroken(event, "cannot follow: no run was ever started")
        started = self.ever_started or kind is TransferStartedV1
        return replace(self, standing=after, run=run, sequence=event.sequence, ever_started=started)


def check_sequence(events: Iterable[Event[Any]]) -> None:
    """Raises SequenceBroken when these cannot be all the events of their transfers until now.

    The order is that of `sequence`, not of arrival. An event that came twice counts once. Events of
    several transfers may be mixed. TransferProgressed and events of other services are skipped.
    """
    by_id = {event.meta.event_id: event.data for event in events}
    facts = [
        data
        for data in by_id.values()
        if isinstance(data, TransferFact) and not isinstance(data, TransferProgressedV1)
    ]
    told: dict[str, Told] = {}
    for fact in sorted(facts, key=lambda each: each.sequence):
        told[fact.transfer_id] = told.get(fact.transfer_id, Told()).then(fact)


def diagram() -> str:
    """The diagram in Mermaid's language."""
    lines = ["stateDiagram-v2", *(f"    {line}" for line in _arrows())]
    return "\n".join(lines) + "\n"


def _arrows() -> Iterator[str]:
    for standing, following in DIAGRAM.items():
        start = "[*]" if standing is Standing.UNKNOWN else standing
        for kind, after in following.items():
            yield f"{start} --> {after}: {_name(kind)}{_condition(standing, kind)}"
        if not following:
            yield f"{standing} --> [*]"


def _condition(standing: Standing, kind: Kind) -> str:
    unstarted: Collection[Standing] = (Standing.WAITING, Standing.HELD)
    if kind is TransferRequestedV1:
        return ", run + 1" if standing is Standing.FAILED else ", run 1"
    if kind is TransferCompletedV1 and standing in unstarted:
        return ", if an earlier run was started"
    return ""


def _name(kind: Kind) -> str:
    return spec_of(kind).detail_type.split(".")[0]
