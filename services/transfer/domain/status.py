"""The states of a transfer, and what a change of state tells the world."""

from enum import StrEnum


class Status(StrEnum):
    REQUESTED = "requested"
    MOVING = "moving"
    PAUSED = "paused"
    VERIFYING = "verifying"
    COMMITTING = "committing"
    COMPLETED = "completed"
    FAILING = "failing"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})
ENDING = frozenset({Status.FAILING, Status.CANCELLING})
UNDER_WAY = frozenset(Status) - ENDED - ENDING
CANCELLABLE = frozenset({Status.REQUESTED, Status.MOVING, Status.PAUSED, Status.VERIFYING})
# requested: the first lane creates the part file; paused: until their next checkpoint
LANES_WORK = frozenset({Status.REQUESTED, Status.MOVING, Status.PAUSED})
END_OF = {
    Status.COMMITTING: Status.COMPLETED,
    Status.FAILING: Status.FAILED,
    Status.CANCELLING: Status.CANCELLED,
}


class Fact(StrEnum):
    """What a change of state tells the world. Each fact becomes one event."""

    REQUESTED = "requested"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    DELAYED = "delayed"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
