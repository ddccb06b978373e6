"""What somebody asked to watch: some transfers, or a list that grows by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.websocket.client_messages import Scope
from contracts.websocket.limits import MAX_TRANSFERS


@dataclass(frozen=True)
class Watched:
    """Either transfers or a scope. The transfers are in the order in which they were named."""

    transfers: tuple[str, ...] = ()
    scope: Scope | None = None

    def portions(self) -> Iterator[tuple[str, ...]]:
        """As many transfers as one message may name."""
        yield from portions_of(self.transfers)


def portions_of(transfers: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for first in range(0, len(transfers), MAX_TRANSFERS):
        yield transfers[first : first + MAX_TRANSFERS]
