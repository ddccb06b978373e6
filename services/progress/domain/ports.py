"""What the use cases ask of the outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.progress.domain.known_transfer import KnownTransfer


class LiveTransfers(Protocol):
    def read(self, transfer_id: str) -> KnownTransfer | None:
        """Strongly consistent."""
        ...

    def store(self, now: KnownTransfer, before: KnownTransfer | None) -> bool:
        """Stores it in the place of `before`. False when another one has stored something since
        `before` was read. Keeps the lists of the owner's and of all transfers in the same write.
        Raises TransferBusy."""
        ...


class Notices(Protocol):
    def send(self, transfer_id: str, delay_seconds: int = 0) -> None:
        """Has the transfer's watchers told, at the latest after the delay and soon."""
        ...


@dataclass(frozen=True)
class Ports:
    transfers: LiveTransfers
    notices: Notices
    now: Callable[[], datetime]
    new_epoch: Callable[[], str]
