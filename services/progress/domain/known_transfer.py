"""What this service knows of a transfer, and what of that its watchers are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.progress.domain.samples import NO_SAMPLES, Samples

Shown = Mapping[str, object]  # JSON values by the field names of contracts.websocket.LiveTransfer
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Heard:
    """The newest fact and the newest sample that were taken in. `sequence` is the event's."""

    fact_sequence: int = -1
    sample_sequence: int = -1
    sample_at: datetime | None = None

    @property
    def sequence(self) -> int:
        return max(self.fact_sequence, self.sample_sequence)


@dataclass(frozen=True)
class KnownTransfer:
    """`epoch` is made with the row. `seq` grows with each change that watchers can see.

    `changed` tells for each field of `shown` at which `seq` it got its value. So a client that was
    away is told what it missed, however long ago that was.
    """

    transfer_id: str
    owner: str
    epoch: str
    seq: int
    shown: Shown
    changed: Mapping[str, int]
    heard: Heard = Heard()
    samples: Samples = field(default=NO_SAMPLES)

    @property
    def ended(self) -> bool:
        return self.shown["status"] in ENDED

    def now_shown(self, shown: Shown) -> "KnownTransfer":
        """With what watchers are shown from now on. It has a new `seq` if that is anything new."""
        differing = [name for name, value in shown.items() if self.shown.get(name) != value]
        if not differing:
            return self
        seq = self.seq + 1
        changed = {**self.changed, **dict.fromkeys(differing, seq)}
        return replace(self, seq=seq, shown={**self.shown, **shown}, changed=changed)

    def changes_since(self, seq: int) -> Shown:
        """The fields that a client at `seq` has missed, with their values now."""
        return {name: self.shown[name] for name, at in self.changed.items() if at > seq}
