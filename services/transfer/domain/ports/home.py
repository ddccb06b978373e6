"""The records of which region of the stage works."""

from typing import Protocol

from services.transfer.domain.home import Home, Patience


class HomeStore(Protocol):
    """Of this region, and of the stage's other one."""

    @property
    def region(self) -> str: ...

    @property
    def peer_region(self) -> str: ...

    @property
    def patience(self) -> Patience: ...

    def mine(self) -> Home:
        """Strongly consistent. Before anything is stored, Home.first."""
        ...

    def peers(self) -> Home:
        """Strongly consistent. Raises PeerUnreachable."""
        ...

    def save(self, home: Home) -> Home | None:
        """With version + 1. None when somebody else was first."""
        ...
