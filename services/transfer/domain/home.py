"""Which region of a stage works: takes transfers, and opens sessions at partners.

A stage in two regions works in one of them at a time. Each keeps a record of its own (ADR 69). The
later claim wins, and nobody works without having seen the other record a short while ago. So the
region that lost stops by itself, also when nobody reached it, and when it comes back after days.
Only `alone` does without: an operator said that the other region is down.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

EVER = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)  # the finest that is stored


@dataclass(frozen=True)
class Patience:
    """`held`: how long a look at the other record counts. `leases`: how long sessions that were
    leased before may go on."""

    held: timedelta
    leases: timedelta


@dataclass(frozen=True)
class Home:
    """`claimed_at` is when the region last became the one that works. Without `works_from` nobody
    knows yet since when it may. `seen_at` is when the last look at the other record began that
    found no later claim. While it is `overtaken`, transfers of the time before are still open
    here: the other region may have sent them again, or they came from there. `left_open`: it stood
    by, and nobody has taken over since, so it may go on with its transfers if it works again."""

    region: str
    works: bool = False
    claimed_at: datetime = EVER
    works_from: datetime | None = None
    seen_at: datetime | None = None
    stood_by_at: datetime = EVER
    overtaken: bool = False
    left_open: bool = False
    alone: bool = False  # until the other record can be read again
    version: int = 0

    @classmethod
    def first(cls, region: str, home: str) -> "Home":
        """Before anything is on record, the stage's home region works."""
        works = region == home
        return cls(region, works=works, works_from=EVER if works else None)

    def may_work(self, now: datetime, patience: Patience) -> bool:
        if not self.is_due(now):
            return False
        return self.alone or (self.seen_at is not None and now < self.seen_at + patience.held)

    def is_due(self, now: datetime) -> bool:
        """Whether it may work once it has seen the other record."""
        begun = self.works_from is not None and self.works_from <= now
        return self.works and begun and not self.overtaken

    @property
    def must_look(self) -> bool:
        """Whether it matters to this region what the other record says."""
        return self.works or self.left_open

    def seen(self, peer: "Home", began: datetime, patience: Patience) -> "Home":
        """After a look at the other record, which began at that time."""
        if not self.must_look:
            return self
        if peer.claimed_at >= self.claimed_at and peer.claimed_at > EVER:
            lost = self.stand_by(began)
            return replace(lost, overtaken=True, left_open=False)
        if not self.works:
            return self
        begins = self._begins(peer, patience)
        return replace(self, seen_at=began, works_from=begins, alone=False)

    def _begins(self, peer: "Home", patience: Patience) -> datetime | None:
        """Sooner when the other region has stopped."""
        if self.works_from is None or peer.works:
            return self.works_from
        return min(self.works_from, max(self.claimed_at, peer.stood_by_at + patience.leases))

    def claim(self, now: datetime, peer: "Home | None") -> "Home":
        """Later than any claim of the other region, whatever its clock said. If that one was the
        last to work, or nobody knows, all transfers that are open here are of the time before."""
        at = now if peer is None else max(now, peer.claimed_at + TICK)
        others = peer is None or peer.works or peer.claimed_at > self.claimed_at
        claimed = replace(self, works=True, claimed_at=at, overtaken=self.overtaken or others)
        return replace(claimed, works_from=None, seen_at=None, left_open=False, alone=False)

    def after_claim(self, peer: "Home | None", now: datetime, patience: Patience) -> "Home":
        """`now` is a time after the claim was stored. Whoever looks from then on sees it, and who
        looked before stops when that look counts no more. None: the other region is down."""
        claimed = replace(self, works_from=now + patience.held + patience.leases)
        return claimed.left_alone() if peer is None else claimed.seen(peer, now, patience)

    def left_alone(self) -> "Home":
        return replace(self, alone=True) if self.works else self

    def stand_by(self, now: datetime) -> "Home":
        if not self.works:
            return self
        return replace(self, works=False, alone=False, stood_by_at=now, left_open=True)

    def settled(self) -> "Home":
        """No transfer of the time before is under way any more."""
        return replace(self, overtaken=False)
