"""What can be told of a transfer."""

from enum import StrEnum


class Stage(StrEnum):
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    STALLED = "stalled"
