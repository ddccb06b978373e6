"""What this service knows of a transfer, and what of that its watchers are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.progress.domain.samples import NO_SAMPLES, Samples

Shown = Mapping[str, object]  # JSON values by the field names of contracts.websocket
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Heard:
    """The sequence of the newest event of each kind that was taken in. Delays and samples change no
    state. A sample counts here if it tells which state it was seen in."""

    fact: int = -1
    delay: int = -1
    sample: int = -1
    sample_at: datetime | None = None

    @property
    def newest(self) -> int:
        return max(self.fact, self.delay, self.sample)


@dataclass(frozen=True)
class KnownTransfer:
    """`epoch` is made with the row. `seq` grows with each change that watchers can see.

    `named` never changes: owner, source, destination and the like. `shown` does. `changed` tells
    for each field of `shown` at which `seq` it got its value. So a client that was away is told
    what it missed, however long ago that was. `version` counts the writes of the row.
    """

    transfer_id: str
    owner: str
    epoch: str
    named: Shown
    shown: Shown
    seq: int = 0
    changed: Mapping[str, int] | None = None
    heard: Heard = Heard()
    samples: Samples = NO_SAMPLES
    version: int = 0

    @property
    def ended(self) -> bool:
        return self.shown["status"] in ENDED

    @property
    def seen_at(self) -> datetime:
        """When the newest fact was seen where the transfer runs."""
        return datetime.fromisoformat(str(self.shown["seen_at"]))

    def now_showing(self, shown: Shown) -> "KnownTransfer":
        """With what watchers are shown from now on. It has a new `seq` if that is anything new."""
        known = self.shown if self.changed else {}
        after = {**self.shown, **shown}
        seq = self.seq + 1
        differing = {name: seq for name, value in after.items() if known.get(name, self) != value}
        if not differing:
            return self
        return replace(self, seq=seq, shown=after, changed={**(self.changed or {}), **differing})

    def changes_since(self, seq: int) -> Shown:
        """The fields that a client at `seq` has missed, with their values now."""
        changed = self.changed or {}
        return {name: value for name, value in self.shown.items() if changed.get(name, 0) > seq}
