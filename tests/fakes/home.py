"""The records of a stage's two regions, in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from services.transfer.domain.errors import PeerUnreachable
from services.transfer.domain.home import Home, Patience

HOME_REGION, OTHER_REGION = "eu-central-1", "eu-west-1"
PATIENCE = Patience(timedelta(seconds=900), timedelta(seconds=180))


@dataclass
class InMemoryHomes:
    """The rows of both regions. From a region in `cut_off` the other one cannot be read."""

    rows: dict[str, Home] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    patience: Patience = PATIENCE

    def of(self, region: str) -> "InMemoryHomeStore":
        peer = OTHER_REGION if region == HOME_REGION else HOME_REGION
        return InMemoryHomeStore(self, region, peer)


@dataclass
class InMemoryHomeStore:
    homes: InMemoryHomes
    region: str
    peer_region: str
    after_look: Callable[[], object] = lambda: None  # what happens before the look's answer is used

    @property
    def patience(self) -> Patience:
        return self.homes.patience

    def mine(self) -> Home:
        return self._row(self.region)

    def peers(self) -> Home:
        if self.region in self.homes.cut_off:
            raise PeerUnreachable(self.peer_region, "cut off")
        found = self._row(self.peer_region)
        self.after_look()
        return found

    def save(self, home: Home) -> Home | None:
        rows: Mapping[str, Home] = self.homes.rows
        if self.region in rows and rows[self.region].version != home.version:
            return None
        self.homes.rows[self.region] = replace(home, version=home.version + 1)
        return self.homes.rows[self.region]

    def _row(self, region: str) -> Home:
        return self.homes.rows.get(region, Home.first(region, HOME_REGION))
