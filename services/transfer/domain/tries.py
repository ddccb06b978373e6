"""How often something was tried, and when it is tried again."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Tries:
    """Try `attempt` of `attempts` failed, and the next one begins by `next_at`. None: not known.

    It is a step of the workflow or a lane that tries. The trouble is over when that one goes on.
    """

    step: str | None = None
    lane: int | None = None
    attempt: int | None = None
    attempts: int | None = None
    next_at: datetime | None = None
    waits: bool = False  # nothing went wrong; it stands in line for a session
