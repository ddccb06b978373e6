"""What this service knows of a transfer."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class KnownTransfer:
    """All fields are of one event, the newest: an older one that comes late is dropped whole."""

    transfer_id: str
    newest_event: str
    sequence: int
    occurred_at: datetime
