"""What a probe found out about a server."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ServerProfile:
    """What a probe found the server able to do. `free_bytes` and `max_*` are None where the server
    does not say.
    """

    software: str
    cipher: str
    write_at_offset: bool
    rename: bool
    atomic_replace: bool
    fsync: bool
    max_write_bytes: int | None
    max_read_bytes: int | None
    free_bytes: int | None
    round_trip_seconds: float
    probed_at: datetime
