"""Files of ours at the partner that are not the target: on record for as long as they may exist."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# The longest that a step lives (its function's timeout) and the most that clocks differ: who has
# recorded a file and is still about to make it has ended by then.
MAKER_LIFETIME = timedelta(seconds=330)


@dataclass(frozen=True)
class PartFile:
    """`place` is the destination's when the file was recorded; `made`: the one who recorded it saw
    it made, so that it will not appear once more."""

    path: str
    place: str
    recorded_at: datetime
    made: bool = False

    def settled(self, now: datetime) -> bool:
        """Nobody is about to make it: when it is seen to be gone, it is gone for good."""
        return self.made or self.recorded_at + MAKER_LIFETIME <= now


@dataclass(frozen=True)
class OldTarget:
    """What stood under `target`, and has the name `path` while ours takes its place."""

    path: str
    target: str
    place: str
