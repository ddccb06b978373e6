"""What the synthetic transfer needs from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kernel.metering import Meter

ENDED = frozenset({"completed", "failed", "cancelled"})
ENDING = frozenset({"failing", "cancelling"})


@dataclass(frozen=True)
class Receipt:
    bytes_sent: int
    proven: str
    source_checksum: str


@dataclass(frozen=True)
class Seen:
    """A transfer as the API shows it."""

    id: str
    state: str
    requested_at: datetime
    size_bytes: int | None = None
    reason: str = ""  # the code of its failure
    receipt: Receipt | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class Wish:
    destination_id: str
    bucket: str
    key: str
    target_path: str


class Ferry(Protocol):
    """FileFerry's API as a user reaches it. Each call raises ApiAway, ApiRefused."""

    def log_in(self) -> None:
        """Raises NoLogin, too."""
        ...

    def log_out(self) -> None: ...

    def active(self) -> Sequence[Seen]:
        """The user's transfers that have not ended."""
        ...

    def send(self, wish: Wish, key: str, label: str) -> Seen:
        """`key` makes a repeated request the same one. Raises AlreadySent when it was used with
        another label before."""
        ...

    def look(self, transfer_id: str) -> Seen: ...

    def cancel(self, transfer_id: str) -> None: ...


@dataclass(frozen=True)
class Policy:
    """`wish` is None where the stage has no test partner. `wait_seconds`: a transfer that takes
    longer has failed."""

    wish: Wish | None
    wait_seconds: float


@dataclass(frozen=True)
class Ports:
    ferry: Ferry
    meter: Meter
    log: Callable[[str, str], None]  # a constant phrase, and what happened
    pause: Callable[[float], None]
    now: Callable[[], datetime]
    new_label: Callable[[], str]
    policy: Policy
