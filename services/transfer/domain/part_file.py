"""Files of ours at the partner beside the target. They stay on record while they may exist."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A step's longest life (the timeout of its function) plus the most that clocks differ. A step that
# has recorded a file and has not created it yet is over by then.
MAKER_LIFETIME = timedelta(seconds=330)


@dataclass(frozen=True)
class PartFile:
    """`place` is the destination's place when the file was recorded. `made`: the step that recorded
    the file saw it created, so it will not appear again after it was removed."""

    path: str
    place: str
    recorded_at: datetime
    made: bool = False

    def settled(self, now: datetime) -> bool:
        """Nobody can be about to create it any more. If it is seen to be gone, it is gone for
        good."""
        return self.made or self.recorded_at + MAKER_LIFETIME <= now


@dataclass(frozen=True)
class OldTarget:
    """The file that had the name `target`. It has the name `path` while ours takes its place."""

    path: str
    target: str
    place: str
