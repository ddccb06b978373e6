"""What can be told of a transfer."""

from enum import StrEnum


class Stage(StrEnum):
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    STALLED = "stalled"

    @property
    def rank(self) -> int:
        """Of two facts of one run the one with the higher rank is newer."""
        return _RANKS[self]


_RANKS = {Stage.STARTED: 1, Stage.STALLED: 2, Stage.FAILED: 3, Stage.COMPLETED: 3}
