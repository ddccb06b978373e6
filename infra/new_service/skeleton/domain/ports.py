"""What the use cases ask of the outside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from infra.new_service.skeleton.domain.known_transfer import KnownTransfer


class KnownTransfers(Protocol):
    def keep(self, told: KnownTransfer, *, expires_at: datetime) -> None:
        """Unless something as new or newer is kept already. Raises KnownTransferBusy."""


@dataclass(frozen=True)
class Ports:
    transfers: KnownTransfers
    keep_for: timedelta
